"""Safety & Fleet Hub: the second Moodle of the group, run by the fleet and safety department."""

from __future__ import annotations

from portal.demo.catalogue.courses import Course

_HALL, _ROAD = frozenset({"Warehouse"}), frozenset({"Transport"})
_WORKSHOP, _HANDS = frozenset({"Workshop"}), frozenset({"Warehouse", "Transport", "Workshop"})

COURSES: tuple[Course, ...] = (
    Course("forklift-licence", "Vehicles in the hall", {
        "en": ("Forklift: annual refresher {year}", "Rules, stability and last year's accidents on our sites, for everybody who drives."),
        "de": ("Stapler: Jahresunterweisung {year}", "Regeln, Standsicherheit und die Unfälle des letzten Jahres, für alle, die fahren."),
        "pl": ("Wózek widłowy: szkolenie roczne {year}", "Zasady, stateczność i zeszłoroczne wypadki – dla wszystkich kierujących."),
        "es": ("Carretilla: repaso anual {year}", "Normas, estabilidad y los accidentes del último año, para todos los conductores."),
    }, required=_HALL, yearly=True),
    Course("driver-cpc", "On the road", {
        "en": ("Driver module: load securing", "Forces, lashings and friction mats, with photographs from real checks."),
        "de": ("Fahrermodul: Ladungssicherung", "Kräfte, Zurrmittel und Antirutschmatten, mit Fotos aus echten Kontrollen."),
        "fr": ("Module conducteur : l'arrimage", "Forces, sangles et tapis antidérapants, avec des photos de vrais contrôles."),
        "pl": ("Moduł kierowcy: mocowanie ładunku", "Siły, pasy i maty antypoślizgowe – zdjęcia z prawdziwych kontroli."),
    }, required=_ROAD),
    Course("tachograph", "On the road", {
        "en": ("Driving and rest times", "Read the tachograph, plan breaks and correct entries before a check."),
        "de": ("Lenk- und Ruhezeiten", "Fahrtenschreiber lesen, Pausen planen und Einträge vor der Kontrolle richtigstellen."),
        "fr": ("Temps de conduite et de repos", "Lire le tachygraphe, planifier les pauses et corriger avant un contrôle."),
        "es": ("Tiempos de conducción y descanso", "Leer el tacógrafo, planificar pausas y corregir antes de un control."),
    }, required=_ROAD),
    Course("adr", "Dangerous goods", {
        "en": ("ADR awareness for everybody who loads", "Classes, labels and quantities below the thresholds."),
        "de": ("Gefahrgut-Unterweisung für alle, die laden", "Klassen, Zettel und Mengen unterhalb der Grenzen."),
        "fr": ("Sensibilisation ADR pour le chargement", "Classes, étiquettes et quantités sous les seuils."),
    }, required=frozenset({"Warehouse", "Transport"})),
    Course("height", "Working safely", {
        "en": ("Working safely at height", "Ladders, platforms and harnesses: choose before you climb."),
        "de": ("Sicheres Arbeiten in der Höhe", "Leitern, Bühnen und Gurte: erst wählen, dann steigen."),
        "pl": ("Bezpieczna praca na wysokości", "Drabiny, podesty i szelki: najpierw wybierz, potem wchodź."),
    }, required=_WORKSHOP),
    Course("lockout", "Working safely", {
        "en": ("Lockout and tagout", "Whose lock, which tag, and who may take it off."),
        "cs": ("Uzamčení a označení zařízení", "Čí zámek, která visačka a kdo ji smí sejmout."),
    }, required=_WORKSHOP),
    Course("first-aid", "Working safely", {
        "en": ("First aid refresher", "Bleeding, unconsciousness and burns: what to do until help comes."),
        "de": ("Erste Hilfe: Auffrischung", "Blutung, Bewusstlosigkeit, Verbrennung: was zu tun ist, bis Hilfe kommt."),
        "nl": ("EHBO-herhaling", "Bloeding, bewusteloosheid en brandwonden: wat te doen tot er hulp is."),
    }),
    Course("height-rescue", "Working safely", {
        "en": ("Rescue from height", "Reach and lower a colleague in a harness within ten minutes.")}, departments=_WORKSHOP),
    Course("confined", "Working safely", {
        "en": ("Entering tanks and pits", "Measure, ventilate, watch: nobody enters alone.")}, departments=_WORKSHOP),
    Course("hot-work", "Working safely", {
        "en": ("Hot work permits", "Before, during and one hour after welding in a hall."),
        "de": ("Erlaubnisschein für Heißarbeiten", "Vor, während und eine Stunde nach dem Schweißen in der Halle."),
    }, departments=_WORKSHOP),
    Course("chemicals", "Working safely", {
        "en": ("Reading safety data sheets", "Sixteen sections, of which four matter at once."),
        "it": ("Leggere le schede di sicurezza", "Sedici sezioni, di cui quattro servono subito."),
    }, departments=_HANDS),
    Course("manual-handling", "Working safely", {
        "en": ("Lifting and carrying", "Weights, heights and helpers that spare your back."),
        "es": ("Levantar y transportar cargas", "Pesos, alturas y ayudas que cuidan la espalda."),
        "pt-BR": ("Levantar e carregar", "Pesos, alturas e ajudas que poupam as costas."),
    }, departments=_HANDS),
    Course("noise", "Working safely", {"en": ("Hearing protection", "Which plug for which hall, and how to put it in.")}, departments=_HANDS),
    Course("night-work", "Working safely", {"en": ("Night work and health", "Sleep, food and light for people who work when others rest.")}, departments=_HANDS),
    Course("near-miss", "Working safely", {
        "en": ("Reporting near misses", "Two minutes, one photograph, no blame."),
        "de": ("Beinaheunfälle melden", "Zwei Minuten, ein Foto, keine Schuldfrage."),
    }, departments=_HANDS),
    Course("evacuation", "Working safely", {
        "en": ("Evacuation assistant", "Vest, floor, headcount: your task when the alarm sounds."),
        "fr": ("Guide d'évacuation", "Gilet, étage, comptage : votre rôle quand l'alarme retentit."),
    }),
    Course("racking", "Vehicles in the hall", {
        "en": ("Inspecting pallet racking", "Green, amber, red: measure a dent and decide."),
    }, departments=_HALL),
    Course("pallet-truck", "Vehicles in the hall", {
        "en": ("Electric pallet trucks", "Small, quiet and heavier than they look."),
        "nl": ("Elektrische pallettrucks", "Klein, stil en zwaarder dan ze lijken."),
    }, departments=_HALL),
    Course("order-picker", "Vehicles in the hall", {"en": ("Order picker with a raised cabin", "Harness, gate and rescue plan above three metres.")}, departments=_HALL),
    Course("charging", "Vehicles in the hall", {
        "en": ("Charging stations in the hall", "Plugs, gases and the extinguisher that belongs there.")}, departments=_HALL),
    Course("dock-leveller", "Vehicles in the hall", {"en": ("Dock levellers and gates", "Crushing points, wheel chocks and the traffic light.")}, departments=_HALL),
    Course("cranes", "Vehicles in the hall", {
        "en": ("Floor-controlled cranes", "Slings, signals and the space under a load."),
        "cs": ("Jeřáby ovládané ze země", "Vázací prostředky, signály a prostor pod břemenem."),
    }, departments=_WORKSHOP),
    Course("winter", "On the road", {
        "en": ("Winter on the road", "Tyres, chains, ice on the roof and an extra hour."),
        "sv": ("Vinterkörning", "Däck, kedjor, is på taket och en extra timme."),
    }, departments=_ROAD),
    Course("coupling", "On the road", {"en": ("Coupling and uncoupling trailers", "The same order every time, with a pull test at the end.")}, departments=_ROAD),
    Course("city", "On the road", {"en": ("Delivering in city centres", "Low-emission zones, cargo bikes and eleven o'clock.")}, departments=_ROAD),
    Course("security-parking", "On the road", {
        "en": ("Secure parking and cargo theft", "Where to stop, what to close, what not to tell.")}, departments=_ROAD),
    Course("electric-truck", "On the road", {
        "en": ("Driving electric trucks", "Range, recuperation and charging at the depot."),
        "de": ("Elektro-Lkw fahren", "Reichweite, Rekuperation und Laden im Depot."),
    }, departments=_ROAD),
    Course("telematics", "On the road", {"en": ("What the telematics box records", "Your data, your rights, and the coaching it makes possible.")}, departments=_ROAD),
    Course("accident", "On the road", {
        "en": ("After an accident", "Secure, help, photograph, report, and talk about it afterwards."),
    }, departments=_ROAD),
    Course("packaging", "Dangerous goods", {"en": ("Packaging and marking dangerous goods", "Tested boxes, inner packages and the right arrows.")}, departments=_HALL),
    Course("limited", "Dangerous goods", {"en": ("Limited and excepted quantities", "When less is allowed to be simple.")}, departments=frozenset({"Warehouse", "Transport"})),
    Course("imdg", "Dangerous goods", {"en": ("Dangerous goods by sea", "IMDG code for people who know the road.")}, departments=_ROAD),
    Course("spill", "Dangerous goods", {"en": ("Spill kits", "Bind, collect, label, refill.")}, departments=_HANDS),
)
