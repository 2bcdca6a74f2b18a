"""Nordwind Campus: what people choose for themselves."""

from __future__ import annotations

from portal.demo.catalogue.courses import Course

_LEADERS = frozenset({"Engineering", "IT", "Finance", "People", "Sales", "Warehouse", "Workshop", "Transport"})
_OFFICE = frozenset({"Engineering", "IT", "Finance", "People", "Sales"})
_FREIGHT = frozenset({"Transport", "Warehouse", "Sales"})
_TECHNICAL = frozenset({"Engineering", "Workshop", "IT"})

LEADERSHIP: tuple[Course, ...] = tuple(Course(key, "Leadership", versions, departments=_LEADERS) for key, versions in {
    "first-team": {
        "en": ("Leading a team for the first time", "From colleague to shift lead: the first hundred days, planned week by week."),
        "de": ("Zum ersten Mal ein Team führen", "Vom Kollegen zur Schichtleitung: die ersten hundert Tage, Woche für Woche geplant.")},
    "feedback": {
        "en": ("Feedback that people can use", "Describe what you saw, say what it did, agree what comes next: practised on six conversations."),
        "de": ("Feedback, mit dem man etwas anfangen kann", "Beobachtung, Wirkung, Vereinbarung – geübt an sechs Gesprächen.")},
    "difficult-talks": {
        "en": ("Difficult conversations", "Prepare, open and close a conversation that you would rather avoid."),
        "de": ("Schwierige Gespräche führen", "Ein Gespräch vorbereiten, eröffnen und beenden, das man lieber vermeiden würde.")},
    "remote-team": {
        "en": ("Leading people you rarely see", "Trust, rhythm and short messages for teams spread over sites and time zones."),
        "de": ("Teams auf Distanz führen", "Vertrauen, Rhythmus und kurze Nachrichten für Teams an mehreren Standorten.")},
    "delegating": {
        "en": ("Delegating without letting go", "Hand over the result, not the steps, and agree when you will look at it together."),
        "de": ("Richtig delegieren", "Das Ergebnis übergeben statt der Schritte – und vereinbaren, wann man gemeinsam hinschaut.")},
    "conflict": {
        "en": ("Settling conflicts in a team", "Find the interest behind the position, and know when to call for help."),
        "de": ("Konflikte im Team lösen", "Das Interesse hinter der Position finden und wissen, wann man Hilfe holt.")},
    "hiring": {
        "en": ("Fair interviews", "Structured questions, notes that stand up, and the prejudices nobody notices in themselves."),
        "de": ("Faire Einstellungsgespräche", "Strukturierte Fragen, belastbare Notizen und Vorurteile, die man an sich selbst nicht bemerkt."),
        "fr": ("Des entretiens équitables", "Questions structurées, notes solides et préjugés que l'on ne remarque pas chez soi.")},
    "shift-handover": {
        "en": ("A good shift handover", "Seven minutes, four questions and one board, so that nothing is lost between two shifts."),
        "de": ("Die gute Schichtübergabe", "Sieben Minuten, vier Fragen, eine Tafel: damit zwischen zwei Schichten nichts verloren geht."),
        "pl": ("Dobre przekazanie zmiany", "Siedem minut, cztery pytania i jedna tablica, żeby nic nie zginęło między zmianami."),
        "es": ("Un buen relevo de turno", "Siete minutos, cuatro preguntas y un tablero para que nada se pierda entre turnos.")},
    "change": {
        "en": ("Taking people along through change", "Why good plans meet silence, and what to tell whom before the rumours do."),
        "de": ("Menschen durch Veränderung begleiten", "Warum gute Pläne auf Schweigen treffen und wem man was sagt, bevor es Gerüchte tun.")},
    "coaching": {"en": ("The manager as coach", "Ask more, answer less: a model for thirty-minute conversations about somebody's growth.")},
    "strategy": {"en": ("From strategy to next Monday", "Turn the group's five goals into three things your team does differently.")},
    "budget": {"en": ("Budgets for people who are not accountants", "Read a cost centre report, spot what moved, and explain it in two sentences.")},
}.items())

WORKING_TOGETHER: tuple[Course, ...] = tuple(
    Course(key, "Working together", versions, departments=_OFFICE) for key, versions in {
        "meetings": {
            "en": ("Meetings worth the time", "Decide whether to meet at all, then leave with names and dates."),
            "de": ("Besprechungen, die sich lohnen", "Erst entscheiden, ob man sich trifft – dann mit Namen und Terminen auseinandergehen.")},
        "writing": {
            "en": ("Clear writing at work", "Mails, tickets and reports that are understood at first reading."),
            "de": ("Klar schreiben im Beruf", "E-Mails, Tickets und Berichte, die man beim ersten Lesen versteht.")},
        "presenting": {
            "en": ("Presenting without fear", "One message, one story, five slides, and what to do with your hands."),
            "fr": ("Présenter sans trac", "Un message, une histoire, cinq diapositives, et que faire de ses mains.")},
        "time": {
            "en": ("Managing a full week", "Plan around energy instead of hours, and protect two mornings."),
            "es": ("Organizar una semana llena", "Planificar según la energía y no según las horas, y proteger dos mañanas.")},
        "cultures": {
            "en": ("Working across cultures", "Direct or polite, quick or thorough: how fourteen sites read the same mail."),
            "de": ("Über Kulturen hinweg arbeiten", "Direkt oder höflich, schnell oder gründlich: wie vierzehn Standorte dieselbe Mail lesen.")},
        "negotiating": {
            "en": ("Negotiating with suppliers", "Prepare alternatives, trade instead of giving in, and write down what was agreed."),
            "fr": ("Négocier avec les fournisseurs", "Préparer ses alternatives, échanger plutôt que céder, et noter ce qui est convenu.")},
        "customers": {
            "en": ("When a customer is angry", "Listen, name the problem, promise only what the depot can keep."),
            "es": ("Cuando un cliente se enfada", "Escuchar, nombrar el problema y prometer solo lo que el almacén puede cumplir.")},
        "mental-health": {
            "en": ("Staying well under pressure", "Early signs of overload in yourself and others, and where to find help."),
            "de": ("Gesund bleiben unter Druck", "Frühe Zeichen von Überlastung bei sich und anderen – und wo es Hilfe gibt."),
            "nl": ("Gezond blijven onder druk", "Vroege signalen van overbelasting bij uzelf en anderen, en waar u hulp vindt.")},
        "project-basics": {"en": ("Project management basics", "Scope, plan, risk and people: enough to run a move from one hall to another.")},
        "facilitation": {"en": ("Facilitating workshops", "Open, collect, sort, decide: a half day that ends with something on the wall.")},
        "visual-notes": {"en": ("Thinking with a pencil", "Draw processes and problems so that everybody points at the same thing.")},
        "remote-work": {"en": ("Working from home, well", "Desk, light, breaks and a clear end of the day.")},
    }.items())

DIGITAL: tuple[Course, ...] = tuple(Course(key, "IT and data", versions, departments=_OFFICE) for key, versions in {
    "spreadsheets-1": {
        "en": ("Spreadsheets 1: tables that do not break", "References, names and checks for people who share their files."),
        "de": ("Tabellenkalkulation 1: robuste Tabellen", "Bezüge, Namen und Prüfungen für alle, die ihre Dateien teilen."),
        "pl": ("Arkusze kalkulacyjne 1: solidne tabele", "Odwołania, nazwy i kontrole dla osób, które dzielą się plikami.")},
    "spreadsheets-2": {
        "en": ("Spreadsheets 2: questions to a table", "Pivot, filter and look up a year of shipments in a quarter of an hour."),
        "de": ("Tabellenkalkulation 2: Fragen an eine Tabelle", "Ein Jahr Sendungen in einer Viertelstunde auswerten: Pivot, Filter, Verweise.")},
    "sql": {"en": ("SQL for curious people", "Ask the shipment database yourself: select, join, group, and never lock the table.")},
    "python-1": {"en": ("Python for engineers 1", "Read a log file, count what matters and draw it, in eighty lines.")},
    "python-2": {"en": ("Python for engineers 2", "Packages, tests and small command line tools that a colleague can run too.")},
    "dashboards": {"en": ("Dashboards people read", "Choose one question, one chart and one number, and delete the rest.")},
    "ai-everyday": {
        "en": ("AI assistants in everyday work", "What they are good at, what they invent, and which data must never go in."),
        "de": ("KI-Assistenten im Arbeitsalltag", "Was sie können, was sie erfinden und welche Daten nie hineingehören."),
        "fr": ("Les assistants IA au quotidien", "Leurs forces, leurs inventions et les données à ne jamais leur confier."),
        "es": ("Asistentes de IA en el día a día", "Qué hacen bien, qué inventan y qué datos no deben recibir nunca.")},
    "passwords": {
        "en": ("Passwords and passkeys", "One manager, long phrases and a second factor: set up in half an hour."),
        "cs": ("Hesla a přístupové klíče", "Jeden správce, dlouhé fráze a druhý faktor: nastaveno za půl hodiny.")},
    "erp-basics": {
        "en": ("First steps in the ERP system", "Orders, goods receipts and invoices, followed through one real delivery."),
        "it": ("Primi passi nel sistema ERP", "Ordini, entrate merci e fatture seguendo una consegna reale.")},
    "tickets": {"en": ("Working with the service desk", "Write a ticket that is solved at the first attempt.")},
    "secure-code": {"en": ("Secure coding for web applications", "Ten mistakes, each found, exploited and repaired in a small freight portal.")},
    "incident": {"en": ("Handling an IT incident", "Roles, first hour, communication and the review without blame.")},
    "statistics": {"en": ("Statistics without formulas", "Averages that mislead, charts that lie, and how large a sample has to be.")},
    "data-owner": {"en": ("Being a data owner", "Definitions, quality checks and access: what it means to look after a data set.")},
}.items())

LANGUAGES: tuple[Course, ...] = tuple(Course(key, "Languages", versions) for key, versions in {
    "english-a2": {"en": ("English for the warehouse A2", "Numbers, places, loads and polite requests over the radio.")},
    "english-b1": {"en": ("English for dispatchers B1", "Delays, detours and documents: calls that happen every day.")},
    "english-b2": {"en": ("Business English B2", "Meetings, mails and small talk with customers on four continents.")},
    "english-c1": {"en": ("Technical English C1", "Specifications, tolerances and fault reports without misunderstandings.")},
    "german-a1": {"de": ("Deutsch am Arbeitsplatz A1", "Begrüßen, fragen, verstehen: die ersten Wochen in Hamburg und Leipzig.")},
    "german-a2": {"de": ("Deutsch am Arbeitsplatz A2", "Anweisungen, Schichtpläne und ein Gespräch beim Arzt.")},
    "german-b1": {"de": ("Deutsch am Arbeitsplatz B1", "Störungen melden, Übergaben schreiben, im Team mitreden.")},
    "french-a2": {"fr": ("Français professionnel A2", "Se présenter, prendre rendez-vous, comprendre un bon de livraison.")},
    "french-b1": {"fr": ("Français professionnel B1", "Téléphoner, expliquer un retard, négocier un créneau de quai.")},
    "spanish-a1": {"es": ("Español para el trabajo A1", "Saludos, números, horarios y las palabras del almacén.")},
    "spanish-a2": {"es": ("Español para el trabajo A2", "Instrucciones sencillas, incidencias y conversaciones con transportistas.")},
    "polish-a1": {"pl": ("Polski w pracy A1", "Powitania, liczby i najważniejsze słowa w magazynie i w trasie.")},
    "dutch-a1": {"nl": ("Nederlands op het werk A1", "Groeten, vragen en de woorden van de haven.")},
    "portuguese-a2": {"pt-BR": ("Português no trabalho A2", "Instruções, turnos e conversas com motoristas no porto de Santos.")},
}.items())

FREIGHT: tuple[Course, ...] = tuple(Course(key, "Logistics and customs", versions, departments=_FREIGHT) for key, versions in {
    "incoterms": {
        "en": ("Incoterms explained with five shipments", "Who pays, who insures, who carries the risk, and from which moment."),
        "de": ("Incoterms an fünf Sendungen erklärt", "Wer zahlt, wer versichert, wer trägt das Risiko – und ab welchem Moment."),
        "fr": ("Les Incoterms en cinq expéditions", "Qui paie, qui assure, qui porte le risque, et à partir de quel moment."),
        "pl": ("Incoterms na przykładzie pięciu przesyłek", "Kto płaci, kto ubezpiecza, kto ponosi ryzyko i od którego momentu.")},
    "customs-import": {
        "en": ("Customs: import into the EU", "Tariff number, value and origin: one declaration from arrival to release."),
        "de": ("Zoll: Einfuhr in die EU", "Warennummer, Wert und Ursprung: eine Anmeldung von der Ankunft bis zur Freigabe."),
        "es": ("Aduanas: importación en la UE", "Código arancelario, valor y origen: una declaración desde la llegada hasta el levante.")},
    "customs-export": {
        "en": ("Customs: export and transit", "Documents, seals and offices on the way from Leipzig to Pune."),
        "de": ("Zoll: Ausfuhr und Versand", "Papiere, Siegel und Zollstellen auf dem Weg von Leipzig nach Pune.")},
    "documents": {
        "en": ("Reading transport documents", "Consignment note, bill of lading and packing list, field by field."),
        "it": ("Leggere i documenti di trasporto", "Lettera di vettura, polizza di carico e distinta, campo per campo.")},
    "stock": {
        "en": ("Stock that is where the system says", "Cycle counts, blocked stock and the five reasons for differences."),
        "de": ("Bestand, der stimmt", "Permanente Inventur, Sperrbestand und die fünf Gründe für Differenzen."),
        "nl": ("Voorraad die klopt", "Cyclisch tellen, geblokkeerde voorraad en de vijf oorzaken van verschillen.")},
    "picking": {
        "en": ("Picking without errors", "Light, scan and confirm: what makes a round fast and right."),
        "pl": ("Kompletacja bez błędów", "Światło, skan i potwierdzenie: co sprawia, że obchód jest szybki i dokładny.")},
    "cold-chain": {"en": ("Keeping the cold chain closed", "Measure, record and decide when a temperature leaves its range.")},
    "rail": {"en": ("Freight on rails", "Wagons, terminals and timetables for people who know trucks.")},
    "air": {"en": ("Air freight for sea freight people", "Pieces, chargeable weight and security, and why everything is earlier.")},
    "co2": {
        "en": ("Carbon footprint of a shipment", "Calculate a route by truck, rail and ship, and present the difference."),
        "de": ("Der CO₂-Fußabdruck einer Sendung", "Eine Strecke mit Lkw, Bahn und Schiff berechnen und den Unterschied zeigen.")},
    "claims": {"en": ("Damage and claims", "Photograph, reserve, notify: keep the claim alive from the ramp onwards.")},
    "lean-warehouse": {"en": ("Lean in the warehouse", "See waste on a walk, remove one kind of it, measure what happened.")},
}.items())

ENGINEERING: tuple[Course, ...] = tuple(Course(key, "Engineering", versions, departments=_TECHNICAL) for key, versions in {
    "conveyor-design": {"en": ("Designing conveyor lines", "Throughput, merges and buffers, sized with real parcels.")},
    "plc-1": {
        "en": ("PLC programming 1", "Inputs, outputs and a sorter that stops when it should."),
        "de": ("SPS-Programmierung 1", "Eingänge, Ausgänge und ein Sorter, der anhält, wenn er soll.")},
    "plc-2": {"en": ("PLC programming 2", "State machines, alarms and structured text that the night shift can read.")},
    "machinery-directive": {
        "en": ("CE marking of machinery", "Risk assessment, documentation and declaration for a lifting table."),
        "de": ("CE-Kennzeichnung von Maschinen", "Risikobeurteilung, Unterlagen und Erklärung am Beispiel eines Hubtischs.")},
    "fmea": {
        "en": ("FMEA step by step", "Rate failures of a packing cell and decide what to change first."),
        "cs": ("FMEA krok za krokem", "Ohodnoťte poruchy balicí buňky a rozhodněte, co změnit nejdříve.")},
    "root-cause": {
        "en": ("Finding root causes", "Five whys, fishbone and facts, on a belt that tore three times."),
        "de": ("Ursachen finden", "Fünfmal Warum, Fischgräte und Fakten – an einem Band, das dreimal riss.")},
    "requirements": {"en": ("Writing requirements", "One sentence, one fact, one test: from a customer's wish to a contract.")},
    "cad-standards": {"en": ("CAD standards at Nordwind", "Names, layers and releases, so that a drawing is found again in ten years.")},
    "robots": {"en": ("Collaborative robots: an introduction", "What a cobot may do next to people, and how to teach it a palletising task.")},
    "energy": {"en": ("Energy audits of a hall", "Light, air, heat and drives: measure a week and find the first ten per cent.")},
    "reliability": {"en": ("Reliability and spare parts", "Failure rates, stock levels and what a missing bearing costs on a Friday.")},
    "commissioning": {"en": ("Commissioning on a customer's site", "Checklists, sign-offs and staying calm when the line does not move.")},
    "battery": {
        "en": ("Lithium batteries in vehicles and halls", "Charging, storing and recognising a cell that is about to fail."),
        "de": ("Lithium-Batterien in Fahrzeug und Halle", "Laden, lagern und erkennen, wann eine Zelle versagt.")},
    "quality-audit": {"en": ("Internal quality auditor", "Plan, ask, look, write: an audit that people find useful.")},
}.items())

COURSES: tuple[Course, ...] = (*LEADERSHIP, *WORKING_TOGETHER, *DIGITAL, *LANGUAGES, *FREIGHT, *ENGINEERING)
