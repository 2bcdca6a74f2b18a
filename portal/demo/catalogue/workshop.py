"""Workshop Academy: short films, exercises and leaflets for the people at the machines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One film, one exercise and one leaflet about the same thing. about: one sentence; minutes: of the film."""

    key: str
    topic: str
    language: str
    minutes: int
    about: str
    film: str
    exercise: str
    leaflet: str


KIND_SENTENCES: dict[str, tuple[str, str, str]] = {
    "en": ("A short film.", "An exercise with pictures.", "A leaflet to print."),
    "de": ("Ein Kurzfilm.", "Eine Übung mit Bildern.", "Ein Merkblatt zum Ausdrucken."),
    "pl": ("Krótki film.", "Ćwiczenie z obrazkami.", "Ulotka do wydruku."),
    "es": ("Un vídeo corto.", "Un ejercicio con imágenes.", "Una hoja para imprimir."),
}

SUBJECTS: tuple[Subject, ...] = (
    Subject("oil", "Hydraulics", "en", 7, "Why hydraulic oil gets hot, and what its colour tells you.",
            "Hydraulic oil: heat, water and dirt", "Judge an oil sample", "Oil grades at a glance"),
    Subject("pump", "Hydraulics", "en", 9, "How a gear pump builds pressure and how it sounds when it sucks air.",
            "How a gear pump works", "Name the parts of a gear pump", "Pump noises and their causes"),
    Subject("hydraulic-symbols", "Hydraulics", "en", 6, "The thirty symbols on nearly every hydraulic diagram.",
            "Reading a hydraulic diagram", "Match hydraulic symbols", "Hydraulic symbols: one page"),
    Subject("hoses", "Hydraulics", "en", 8, "Choosing, routing and replacing a hose before it bursts.",
            "Changing a hydraulic hose", "Is this hose still safe?", "Hose inspection checklist"),
    Subject("cylinders", "Hydraulics", "en", 11, "Sealing a cylinder that drifts.",
            "Re-sealing a lifting cylinder", "Order of work on a cylinder", "Seal sizes for our lift tables"),
    Subject("air", "Pneumatics", "en", 6, "Finding compressed-air leaks by ear, spray and ultrasound.",
            "Hunting compressed-air leaks", "What does a leak cost?", "Leak tags and how to fill them in"),
    Subject("valves", "Pneumatics", "en", 8, "What 5/2 and 3/2 mean and how a valve is tested on the bench.",
            "Pneumatic valves explained", "Read the valve symbol", "Valve numbering at Nordwind"),
    Subject("torque", "Fastening", "en", 5, "Setting a torque wrench and storing it so that it stays true.",
            "Using a torque wrench", "Which torque for which bolt?", "Torque table for metric bolts"),
    Subject("bolts", "Fastening", "en", 7, "Grades, coatings and when a bolt may be used again.",
            "Bolts: read the head", "Pick the right bolt", "Bolt grades and coatings"),
    Subject("bearings", "Drives", "en", 10, "Mounting a bearing warm, straight and clean.",
            "Mounting a roller bearing", "Find the damaged bearing", "Bearing damage atlas"),
    Subject("belts", "Drives", "en", 9, "Tracking a conveyor belt that walks to one side.",
            "Tracking a conveyor belt", "Which way will the belt run?", "Belt tracking: the four rules"),
    Subject("chains", "Drives", "en", 6, "Measuring chain wear and setting the slack.",
            "Chain wear and chain slack", "Measure this chain", "Wear limits for our chains"),
    Subject("gearbox", "Drives", "en", 8, "Oil level, breather and the first signs of a worn gearbox.",
            "Looking after a gearbox", "Gearbox: what would you check first?", "Gearbox service intervals"),
    Subject("alignment", "Drives", "en", 12, "Aligning motor and pump with dial gauge and laser.",
            "Shaft alignment by laser", "Correct the misalignment", "Alignment tolerances"),
    Subject("multimeter", "Electrics", "en", 8, "Measuring voltage, resistance and continuity without surprises.",
            "The multimeter in eight minutes", "Read the display", "Measuring safely: dos and don'ts"),
    Subject("isolation", "Electrics", "en", 9, "Five steps that keep you alive before you open a cabinet.",
            "Isolating a machine: five steps", "Put the five steps in order", "Lockout card for your pocket"),
    Subject("sensors", "Electrics", "en", 7, "Inductive, capacitive, optical: choosing and replacing a sensor.",
            "Sensors on a sorting line", "Choose the right sensor", "Sensor wiring colours"),
    Subject("drives", "Electrics", "en", 10, "Reading fault codes of a frequency inverter and clearing them for good.",
            "Frequency inverters: reading faults", "What does this fault code mean?", "Fault codes of our inverters"),
    Subject("motors", "Electrics", "en", 8, "Star, delta and a motor that hums but does not turn.",
            "Connecting a three-phase motor", "Star or delta?", "Motor nameplates explained"),
    Subject("welding-prep", "Welding", "en", 9, "Edges, gaps and cleanliness before the first spark.",
            "Preparing a weld", "Good joint, bad joint", "Weld preparation shapes"),
    Subject("mag", "Welding", "en", 13, "Wire, gas and voltage for a quiet arc.",
            "MAG welding: setting the machine", "Hear the arc, set the machine", "MAG settings for steel"),
    Subject("weld-check", "Welding", "en", 7, "Seeing pores, cracks and undercut with a torch and a mirror.",
            "Looking at welds", "Accept or reject?", "Weld defects in pictures"),
    Subject("lubrication", "Maintenance", "en", 6, "How much grease, which grease, how often.",
            "Greasing without guessing", "Plan a lubrication round", "Grease colours and codes"),
    Subject("inspection", "Maintenance", "en", 8, "A ten-minute walk that finds tomorrow's breakdown.",
            "The daily inspection round", "Spot seven faults in a hall", "Inspection round: the card"),
    Subject("calipers", "Measuring", "en", 5, "Reading calipers and micrometers to a hundredth.",
            "Calipers and micrometers", "Read ten calipers", "Care of measuring tools"),
    Subject("drawings", "Measuring", "en", 9, "Views, sections and tolerances on a workshop drawing.",
            "Reading a workshop drawing", "Find the dimension", "Tolerances: general table"),
    Subject("grinder", "Tools", "en", 6, "Discs, guards and where the sparks go.",
            "The angle grinder, safely", "Which disc for which job?", "Disc markings explained"),
    Subject("slings", "Lifting", "en", 8, "Choosing slings by weight and angle.",
            "Slinging a load", "How much may this sling carry?", "Sling angles: the table"),
    Subject("stapler-de", "Stapler", "de", 7, "Was vor der ersten Fahrt am Stapler zu prüfen ist.",
            "Abfahrtkontrolle am Stapler", "Finden Sie acht Mängel am Stapler", "Abfahrtkontrolle: die Karte"),
    Subject("bremse-de", "Fahrzeuge", "de", 11, "Druckluftbremse: Aufbau, Prüfung, häufige Fehler.",
            "Die Druckluftbremse am Sattelzug", "Fehlersuche an der Bremsanlage", "Prüfpunkte der Bremsanlage"),
    Subject("batterie-de", "Fahrzeuge", "de", 6, "Traktionsbatterien wässern, laden und lagern.",
            "Traktionsbatterien richtig laden", "Ladezustand beurteilen", "Sicherheit am Ladeplatz"),
    Subject("rollen-de", "Fördertechnik", "de", 8, "Tragrollen hören, messen und tauschen.",
            "Tragrollen wechseln", "Welche Rolle läuft schwer?", "Rollentypen in unseren Hallen"),
    Subject("schaltschrank-de", "Elektrik", "de", 9, "Ordnung, Beschriftung und Klima im Schaltschrank.",
            "Ein Blick in den Schaltschrank", "Betriebsmittel benennen", "Kennzeichnung im Schaltschrank"),
    Subject("wozek-pl", "Wózki widłowe", "pl", 7, "Co sprawdzić przed pierwszą jazdą wózkiem widłowym.",
            "Kontrola wózka przed jazdą", "Znajdź osiem usterek wózka", "Karta kontroli wózka"),
    Subject("tasma-pl", "Przenośniki", "pl", 8, "Dlaczego taśma schodzi na bok i jak ją wyregulować.",
            "Regulacja taśmy przenośnika", "W którą stronę zejdzie taśma?", "Cztery zasady regulacji taśmy"),
    Subject("regaly-pl", "Magazyn", "pl", 6, "Jak rozpoznać uszkodzony regał i kiedy go wyłączyć.",
            "Przegląd regałów magazynowych", "Oceń uszkodzenie regału", "Kolory oznaczeń regałów"),
    Subject("carretilla-es", "Carretillas", "es", 7, "Qué revisar antes del primer viaje con la carretilla.",
            "Revisión diaria de la carretilla", "Encuentre ocho defectos", "Tarjeta de revisión diaria"),
    Subject("muelle-es", "Muelles de carga", "es", 6, "Rampas, topes y señales: cómo se acerca un camión con seguridad.",
            "Seguridad en el muelle de carga", "¿Puede arrancar el camión?", "Señales del muelle"),
)
