"""Skills Studio: simulations, practice scenes and micro-courses that report what people do as xAPI statements."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.records import ResourceType


@dataclass(frozen=True, slots=True)
class Series:
    """Activities of one kind. parts: path of the activity → (title, one sentence). departments: who is sent there."""

    key: str
    type: ResourceType
    departments: frozenset[str]
    parts: dict[str, tuple[str, str]]


_HALL, _ROAD = frozenset({"Warehouse"}), frozenset({"Transport"})
_TECHNICAL, _TALKING = frozenset({"Workshop", "Engineering"}), frozenset({"Sales", "People", "Finance", "IT"})

SERIES: tuple[Series, ...] = (
    Series("forklift", ResourceType.EXERCISE, _HALL, {
        "ramp": ("Forklift simulator: on the ramp with a load", "Drive up backwards, down forwards, and stop half-way."),
        "narrow-aisle": ("Forklift simulator: narrow aisle", "Place six pallets at eight metres without touching a rack."),
        "pedestrians": ("Forklift simulator: people in the way", "Four colleagues who do not look; keep all of them safe."),
        "truck-loading": ("Forklift simulator: loading a truck", "Fill a trailer so that no axle is overloaded."),
        "tipping": ("Forklift simulator: the tipping point", "Feel how turning, height and speed add up."),
        "long-goods": ("Forklift simulator: long goods", "Carry a six-metre pipe through two doors."),
        "wet-floor": ("Forklift simulator: wet floor", "Brake distances on dry, wet and icy yards."),
        "night": ("Forklift simulator: night shift", "Glare, shadows and a lamp that fails."),
        "battery-swap": ("Forklift simulator: changing the battery", "Swap a traction battery in the right order."),
    }),
    Series("reach-truck", ResourceType.EXERCISE, _HALL, {
        "first-drive": ("Reach truck: first drive", "Learn the levers in an empty hall."),
        "high-rack": ("Reach truck: ten metres up", "Camera, level indicator and a calm hand."),
        "double-deep": ("Reach truck: double-deep racks", "Fetch the pallet behind the pallet."),
        "damaged-rack": ("Reach truck: you hit a rack", "Stop, secure, report: the next five minutes count."),
    }),
    Series("dock", ResourceType.EXERCISE, _HALL, {
        "arrival": ("Dock scenes: a truck arrives", "Papers, wheel chocks and light before the door opens."),
        "seal": ("Dock scenes: the seal is broken", "Decide whether to unload, and whom to call."),
        "temperature": ("Dock scenes: too warm for the cold store", "Measure, photograph and choose where the goods wait."),
        "wrong-goods": ("Dock scenes: that is not what we ordered", "Count, block and write the note that purchasing needs."),
        "overweight": ("Dock scenes: the pallet is too heavy", "Split, refuse or use another truck?"),
    }),
    Series("picking", ResourceType.EXERCISE, _HALL, {
        "first-round": ("Picking trainer: your first round", "Twelve lines with the scanner, without hurry."),
        "two-orders": ("Picking trainer: two orders at once", "Keep them apart while you walk once."),
        "fragile": ("Picking trainer: fragile on top", "Build a pallet that survives a motorway."),
        "returns": ("Picking trainer: returns", "Judge twenty returned items in ten minutes."),
        "stock-error": ("Picking trainer: the shelf is empty", "What the system says and what you see are two things."),
    }),
    Series("driving", ResourceType.EXERCISE, _ROAD, {
        "turning": ("Driving simulator: turning right in the city", "Mirrors, camera and the cyclist you did not see."),
        "eco": ("Driving simulator: eco driving", "The same tour with a tenth less diesel."),
        "crosswind": ("Driving simulator: crosswind on the bridge", "An empty trailer and gusts of ninety kilometres an hour."),
        "snow": ("Driving simulator: snow on the pass", "Chains, distance and when to turn round."),
        "tunnel": ("Driving simulator: smoke in the tunnel", "Stop, switch off, walk: practise the order."),
        "reversing": ("Driving simulator: reversing with a drawbar", "Into dock seven, at night, with help and without."),
        "tiredness": ("Driving simulator: the last hour", "Notice microsleep before it notices you."),
        "load-shift": ("Driving simulator: the load moves", "What you hear, what you feel, what you do."),
        "motorway-breakdown": ("Driving simulator: breakdown on the motorway", "Vest, triangle, barrier, call."),
        "roundabout": ("Driving simulator: small roundabouts", "A long vehicle where a short one was planned."),
    }),
    Series("dispatch", ResourceType.EXERCISE, _ROAD, {
        "morning": ("Control room: Monday morning", "Nine tours, eight drivers and a closed motorway."),
        "strike": ("Control room: strike at the port", "Find room for forty containers in three hours."),
        "driver-ill": ("Control room: a driver falls ill", "Re-plan within driving and rest times."),
        "customs-hold": ("Control room: held at customs", "Ask the right three questions on the phone."),
        "theft": ("Control room: a trailer is missing", "Minutes count: police, customer, insurer, in which order?"),
        "peak": ("Control room: the week before Christmas", "Say no to one customer and keep all of them."),
    }),
    Series("dangerous-goods", ResourceType.EXERCISE, _ROAD | _HALL, {
        "labels": ("Dangerous goods: read the label", "Thirty labels, three seconds each."),
        "segregation": ("Dangerous goods: what may travel together?", "Load a trailer by the segregation table."),
        "leak": ("Dangerous goods: something drips", "Protect yourself, warn others, hold the spill."),
        "papers": ("Dangerous goods: check the papers", "Find the four errors in a transport document."),
        "lithium": ("Dangerous goods: a hot lithium battery", "Recognise it early and keep your distance."),
    }),
    Series("machine-room", ResourceType.EXERCISE, _TECHNICAL, {
        "lockout": ("Virtual workshop: lock out, tag out", "Secure a sorter before you reach into it."),
        "conveyor-stop": ("Virtual workshop: the line stands still", "Find the fault with a meter and a diagram."),
        "hydraulic-leak": ("Virtual workshop: hydraulic leak", "Relieve, replace, bleed, test."),
        "cobot": ("Virtual workshop: teach a cobot", "Twelve points and a gripper that lets go too early."),
        "plc-trace": ("Virtual workshop: follow the signal", "From sensor to output through somebody else's program."),
        "motor-change": ("Virtual workshop: change a motor", "Uncouple, align, connect, turn the right way round."),
        "crane": ("Virtual workshop: overhead crane", "Lift, travel and set down without swinging."),
        "battery-lab": ("Virtual workshop: opening a battery pack", "Insulated tools, one hand, no metal."),
        "robot-cell": ("Virtual workshop: enter a robot cell", "Request, wait, confirm, and take the key with you."),
        "inverter": ("Virtual workshop: set up an inverter", "Nameplate data, ramps and a first run without load."),
    }),
    Series("conversations", ResourceType.EXERCISE, _TALKING, {
        "complaint": ("Talking to people: the late delivery", "A customer is angry, and right."),
        "price": ("Talking to people: a price increase", "Say the number, then be quiet."),
        "feedback": ("Talking to people: feedback to a friend", "Your best colleague is often late."),
        "salary": ("Talking to people: asking for a raise", "Prepare facts, choose the moment."),
        "interview": ("Talking to people: the job interview", "Ask for examples and listen for verbs."),
        "return-to-work": ("Talking to people: back after a long illness", "What to ask, what not to ask."),
        "harassment": ("Talking to people: someone tells you", "A colleague confides in you; what now?"),
        "handover": ("Talking to people: handing over a customer", "Nothing lost, nobody offended."),
        "bad-news": ("Talking to people: bringing bad news", "First sentence first."),
    }),
    Series("micro-security", ResourceType.COURSE, _TALKING, {
        "tailgating": ("Five minutes: the door behind you", "Why holding the door open is not always polite."),
        "usb": ("Five minutes: a stick in the car park", "Curiosity, and a better place to take it."),
        "ceo-fraud": ("Five minutes: the boss wants a transfer", "Three signs of a false instruction."),
        "qr": ("Five minutes: codes on the wall", "Look where a square leads before you follow."),
        "voice": ("Five minutes: a familiar voice", "Call back on a number you know."),
        "cloud": ("Five minutes: sharing a link", "Who can open it, and until when?"),
        "backup": ("Five minutes: where is your work?", "What survives when the laptop does not."),
    }),
    Series("micro-office", ResourceType.COURSE, _TALKING, {
        "subject-lines": ("Five minutes: subject lines", "Say what you want before they open it."),
        "agenda": ("Five minutes: an agenda in four lines", "Aim, people, time, result."),
        "pivot": ("Five minutes: your first pivot table", "Sum a year of tours without a formula."),
        "lookup": ("Five minutes: looking things up", "Bring two lists together."),
        "chart": ("Five minutes: which chart?", "Compare, follow, divide: one shape for each."),
        "prompt": ("Five minutes: asking an AI assistant well", "Role, material, task, form."),
        "focus": ("Five minutes: an hour without interruption", "Switch off politely."),
        "breaks": ("Five minutes: breaks that help", "Stand, look far, drink."),
    }),
    Series("micro-body", ResourceType.COURSE, _HALL | _ROAD | _TECHNICAL, {
        "lifting": ("Five minutes: lifting with your legs", "Close to the body, straight, together."),
        "gloves": ("Five minutes: which glove?", "Cut, cold, chemical, grip."),
        "ladder": ("Five minutes: the ladder", "Angle, three points, never the top rung."),
        "noise": ("Five minutes: noise", "What eighty-five decibels do in eight hours."),
        "heat": ("Five minutes: working in the heat", "Drink before thirst, rest in the shade."),
        "stretch": ("Five minutes: stretching at the truck", "Six movements for a long day."),
        "eyes": ("Five minutes: first aid for eyes", "Rinse, cover, go together."),
        "knife": ("Five minutes: the safety knife", "Away from you, and change the blade."),
        "sleep": ("Five minutes: sleeping by day", "Dark, cool, same time: for the night shift."),
    }),
    Series("talks", ResourceType.VIDEO, frozenset(), {
        "ceo-2030": ("Talk: where Nordwind wants to be in 2030", "The board answers questions from six sites."),
        "hydrogen": ("Talk: a year with hydrogen trucks", "Four drivers tell what worked and what froze."),
        "port-santos": ("Talk: how the port of Santos works", "A walk from gate to crane with a tally clerk."),
        "women-technology": ("Talk: women in our workshops", "Three careers that nobody planned."),
        "accident": ("Talk: the day I fell", "A technician about one missing hook and two years of recovery."),
        "automation": ("Talk: people and robots in hall four", "What changed, what stayed, what we would do differently."),
    }),
)
