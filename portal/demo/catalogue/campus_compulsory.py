"""Nordwind Campus: what everybody must take, in five languages."""

from __future__ import annotations

from portal.demo.catalogue.courses import Course

COURSES: tuple[Course, ...] = (
    Course("welcome", "Onboarding", {
        "en": ("Welcome to Nordwind", "Who we are, how a container travels through our network, and whom to ask in your first week."),
        "de": ("Willkommen bei Nordwind", "Wer wir sind, wie ein Container durch unser Netz reist und wen Sie in der ersten Woche fragen."),
        "fr": ("Bienvenue chez Nordwind", "Qui nous sommes, le trajet d'un conteneur dans notre réseau et à qui s'adresser la première semaine."),
        "es": ("Bienvenida a Nordwind", "Quiénes somos, cómo viaja un contenedor por nuestra red y a quién preguntar la primera semana."),
        "pl": ("Witamy w Nordwind", "Kim jesteśmy, jak kontener podróżuje przez naszą sieć i kogo pytać w pierwszym tygodniu."),
    }),
    Course("conduct", "Compliance", {
        "en": ("Code of conduct", "What we expect of each other, of suppliers and of customers, with eight everyday cases to decide."),
        "de": ("Verhaltenskodex", "Was wir voneinander, von Lieferanten und Kunden erwarten – mit acht Alltagsfällen zum Entscheiden."),
        "fr": ("Code de conduite", "Ce que nous attendons les uns des autres, des fournisseurs et des clients, avec huit cas concrets."),
        "es": ("Código de conducta", "Lo que esperamos unos de otros, de proveedores y de clientes, con ocho casos prácticos."),
        "pl": ("Kodeks postępowania", "Czego oczekujemy od siebie, dostawców i klientów – osiem codziennych przypadków do rozstrzygnięcia."),
    }, required="everybody"),
    Course("corruption", "Compliance", {
        "en": ("Gifts, invitations and bribery", "Where a friendly gesture ends and bribery begins, and how to say no at a border crossing."),
        "de": ("Geschenke, Einladungen und Bestechung", "Wo die nette Geste endet und Bestechung beginnt – und wie man am Grenzübergang Nein sagt."),
        "fr": ("Cadeaux, invitations et corruption", "Où finit le geste amical, où commence la corruption, et comment refuser à un poste-frontière."),
        "es": ("Regalos, invitaciones y sobornos", "Dónde termina un gesto amable y empieza el soborno, y cómo decir que no en una frontera."),
        "pl": ("Prezenty, zaproszenia i łapownictwo", "Gdzie kończy się miły gest, a zaczyna łapówka, i jak odmówić na przejściu granicznym."),
    }, required=frozenset({"Transport", "Sales", "Finance", "Engineering"})),
    Course("privacy", "Data protection", {
        "en": ("Data protection at work", "Which personal data you may use, how long you may keep it, and what to do when a list goes astray."),
        "de": ("Datenschutz im Arbeitsalltag", "Welche Personendaten Sie nutzen dürfen, wie lange, und was zu tun ist, wenn eine Liste verloren geht."),
        "fr": ("La protection des données au travail", "Quelles données personnelles utiliser, combien de temps les garder et que faire si une liste s'égare."),
        "es": ("Protección de datos en el trabajo", "Qué datos personales puede usar, cuánto tiempo guardarlos y qué hacer si se extravía una lista."),
        "pl": ("Ochrona danych w pracy", "Jakich danych osobowych wolno używać, jak długo je przechowywać i co robić, gdy lista zaginie."),
    }, required="everybody"),
    Course("phishing", "IT security", {
        "en": ("Spotting phishing mails", "Twelve real messages that reached our mailboxes: learn the signs and report them with one click."),
        "de": ("Phishing-Mails erkennen", "Zwölf echte Nachrichten aus unseren Postfächern: Anzeichen erkennen und mit einem Klick melden."),
        "fr": ("Reconnaître l'hameçonnage", "Douze vrais messages reçus chez nous : repérer les signes et les signaler en un clic."),
        "es": ("Detectar correos de phishing", "Doce mensajes reales que llegaron a nuestros buzones: aprenda las señales y avise con un clic."),
        "pl": ("Jak rozpoznać phishing", "Dwanaście prawdziwych wiadomości z naszych skrzynek: poznaj oznaki i zgłaszaj jednym kliknięciem."),
    }, required="everybody"),
    Course("fire", "Safety", {
        "en": ("Fire safety instruction {year}", "Escape routes, assembly points and extinguishers on your site, brought up to date for {year}."),
        "de": ("Brandschutzunterweisung {year}", "Fluchtwege, Sammelplätze und Feuerlöscher an Ihrem Standort, auf dem Stand von {year}."),
        "fr": ("Consignes incendie {year}", "Issues de secours, points de rassemblement et extincteurs de votre site, à jour pour {year}."),
        "es": ("Instrucción contra incendios {year}", "Vías de evacuación, puntos de encuentro y extintores de su centro, actualizados para {year}."),
        "pl": ("Szkolenie przeciwpożarowe {year}", "Drogi ewakuacyjne, miejsca zbiórki i gaśnice w Twoim zakładzie, stan na {year} rok."),
    }, required="everybody", yearly=True),
    Course("workplace-safety", "Safety", {
        "en": ("Health and safety at work", "Your rights and duties, protective equipment, and why a near miss is worth a report."),
        "de": ("Arbeitsschutz-Grundlagen", "Rechte und Pflichten, Schutzausrüstung und warum ein Beinaheunfall eine Meldung wert ist."),
        "fr": ("Santé et sécurité au travail", "Vos droits et devoirs, les équipements de protection et l'utilité de signaler un presque-accident."),
        "es": ("Seguridad y salud en el trabajo", "Derechos y deberes, equipos de protección y por qué conviene comunicar un casi accidente."),
        "pl": ("Bezpieczeństwo i higiena pracy", "Prawa i obowiązki, środki ochrony oraz dlaczego warto zgłaszać zdarzenia potencjalnie wypadkowe."),
    }, required=frozenset({"Warehouse", "Transport", "Workshop", "Engineering"})),
    Course("respect", "Compliance", {
        "en": ("Respect at work", "Recognise harassment and exclusion, support colleagues, and know the confidential contacts."),
        "de": ("Respekt am Arbeitsplatz", "Belästigung und Ausgrenzung erkennen, Kolleginnen und Kollegen beistehen, Vertrauenspersonen kennen."),
        "fr": ("Le respect au travail", "Reconnaître le harcèlement et l'exclusion, soutenir ses collègues, connaître les contacts de confiance."),
        "es": ("Respeto en el trabajo", "Reconocer el acoso y la exclusión, apoyar a los compañeros y conocer los contactos de confianza."),
        "pl": ("Szacunek w miejscu pracy", "Jak rozpoznać nękanie i wykluczenie, wspierać innych i do kogo zwrócić się w zaufaniu."),
    }),
    Course("export", "Compliance", {
        "en": ("Export control and sanctions", "Check goods, recipient and purpose before anything leaves the gate, and stop what looks wrong."),
        "de": ("Exportkontrolle und Sanktionen", "Ware, Empfänger und Zweck prüfen, bevor etwas das Tor verlässt – und anhalten, was nicht stimmt."),
        "fr": ("Contrôle des exportations et sanctions", "Vérifier marchandise, destinataire et usage avant tout départ, et bloquer ce qui semble anormal."),
        "es": ("Control de exportaciones y sanciones", "Comprobar mercancía, destinatario y uso antes de la salida, y detener lo que no cuadra."),
    }, required=frozenset({"Sales"}), departments=frozenset({"Transport", "Sales", "Finance"})),
    Course("devices", "IT security", {
        "en": ("Phones, scanners and laptops on the road", "Lock, encrypt and update what you carry, and what to do within an hour of losing it."),
        "de": ("Handy, Scanner und Laptop unterwegs", "Sperren, verschlüsseln, aktualisieren – und was in der ersten Stunde nach einem Verlust zu tun ist."),
        "fr": ("Téléphones, scanners et portables en déplacement", "Verrouiller, chiffrer, mettre à jour, et les bons gestes dans l'heure qui suit une perte."),
    }, required=frozenset({"IT"})),
)
