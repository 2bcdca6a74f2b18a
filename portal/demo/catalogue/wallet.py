"""What people of Nordwind earned elsewhere: name → (issuer, kind, what it certifies, how it is earned, years it holds)."""

from __future__ import annotations

from adapters.records import BadgeKind

Award = tuple[str, BadgeKind, str, str, int | None]

AWARDS: dict[str, Award] = {
    "Certified Forklift Instructor": (
        "Hanse Skills Council", BadgeKind.LICENCE, "May train and examine forklift drivers.",
        "Five days of training, a written exam and an observed lesson.", 3),
    "Dangerous Goods Safety Adviser": (
        "Chamber of Freight", BadgeKind.LICENCE, "May advise a company on the transport of dangerous goods.",
        "A course of one week and the examination of the chamber.", 5),
    "Customs Specialist": (
        "Chamber of Freight", BadgeKind.CERTIFICATE, "Declares goods for import, export and transit.",
        "Three modules and a case study.", None),
    "Lean Green Belt": (
        "Institute for Better Work", BadgeKind.CERTIFICATE, "Leads improvement projects with measured results.",
        "One project with a documented saving, reviewed by a black belt.", None),
    "Project Management Associate": (
        "Open Project Guild", BadgeKind.CERTIFICATE, "Plans and runs small projects.",
        "An online examination of ninety minutes.", 3),
    "Industrial First Aider": (
        "Northern Aid Society", BadgeKind.CERTIFICATE, "Gives first aid in halls and on building sites.",
        "Nine lessons with practice on the manikin.", 2),
    "Welding Supervisor": (
        "Guild of Metal Trades", BadgeKind.LICENCE, "Supervises welding work on lifting equipment.",
        "Practical pieces, tested by X-ray, and an oral examination.", 3),
    "High-Voltage Vehicle Technician": (
        "Guild of Metal Trades", BadgeKind.LICENCE, "Works on vehicles with more than sixty volts.",
        "Two weeks of training and a test on a live-free vehicle.", 3),
    "Data Literacy Explorer": (
        "Open Data School", BadgeKind.BADGE, "Reads, questions and explains data.",
        "Four small tasks with public data.", None),
    "Python Practitioner": (
        "Open Data School", BadgeKind.BADGE, "Automates everyday work with short programs.",
        "A program that somebody else uses every week.", None),
    "Sustainable Logistics": (
        "Green Corridor Initiative", BadgeKind.BADGE, "Calculates and lowers the emissions of a route.",
        "A route with figures before and after.", None),
    "Inclusive Leadership": (
        "Institute for Better Work", BadgeKind.BADGE, "Leads teams in which different people do good work.",
        "Six weeks of exercises with the own team.", None),
    "Workplace Mediator": (
        "Institute for Better Work", BadgeKind.CERTIFICATE, "Mediates conflicts between colleagues.",
        "Eighty hours of training and three supervised cases.", 5),
    "Volunteer Fire Marshal": (
        "Northern Aid Society", BadgeKind.BADGE, "Leads people out of a building in an emergency.",
        "One day of training and a drill on the own site.", 2),
}
