"""Where Nordwind's people work, and what people are called there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """people: how many work there besides the ones with a story of their own. zone: IANA name."""

    country: str
    city: str
    zone: str
    language: str
    people: int
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


SITES: tuple[Site, ...] = (
    Site("DE", "Hamburg", "Europe/Berlin", "de", 62, (
        "Anna", "Ben", "Carla", "David", "Elif", "Felix", "Greta", "Hannes", "Ida", "Jan", "Katharina", "Lukas", "Maren",
        "Niklas", "Oda", "Paul", "Ronja", "Sven", "Tarek", "Ute", "Volker", "Wiebke", "Yasmin", "Jürgen"), (
        "Albrecht", "Bauer", "Behrens", "Claussen", "Demir", "Ehlers", "Friedrich", "Grünwald", "Hansen", "Jacobsen",
        "Köhler", "Lorenz", "Möller", "Neumann", "Petersen", "Richter", "Schäfer", "Thomsen", "Vogel", "Wolff", "Yıldız")),
    Site("DE", "Leipzig", "Europe/Berlin", "de", 28, (
        "Antje", "Bernd", "Cindy", "Dirk", "Enrico", "Frauke", "Heike", "Ingo", "Jana", "Kai", "Lisa", "Maik", "Nadine",
        "Olaf", "Peggy", "René", "Silke", "Toralf"), (
        "Böhme", "Dietrich", "Fuchs", "Götze", "Heinze", "Irmscher", "Kretschmer", "Lehmann", "Naumann", "Otto", "Pohl",
        "Rößler", "Seidel", "Uhlig", "Winkler", "Zimmermann")),
    Site("PL", "Gdańsk", "Europe/Warsaw", "pl", 42, (
        "Agnieszka", "Bartosz", "Dominika", "Ewa", "Filip", "Grażyna", "Hanna", "Jakub", "Katarzyna", "Łukasz",
        "Magdalena", "Natalia", "Oskar", "Paweł", "Rafał", "Sylwia", "Tomasz", "Zofia"), (
        "Adamczyk", "Baran", "Dudek", "Gołąb", "Kaczmarek", "Kowalczyk", "Król", "Mazur", "Michalak", "Nowak", "Pawlak",
        "Sikora", "Stępień", "Szymczak", "Wilk", "Wójcik", "Zając")),
    Site("FR", "Lyon", "Europe/Paris", "fr", 36, (
        "Adrien", "Baptiste", "Chloé", "Damien", "Élodie", "Fabien", "Gaëlle", "Hugo", "Inès", "Julien", "Karim",
        "Léa", "Mathilde", "Nicolas", "Océane", "Pauline", "Rémi", "Sarah", "Théo", "Yann"), (
        "André", "Bernard", "Chevalier", "Dubois", "Fournier", "Garnier", "Haddad", "Lambert", "Lefèvre", "Marchand",
        "Moreau", "Noël", "Perrin", "Roux", "Simon", "Traoré", "Vidal")),
    Site("ES", "Zaragoza", "Europe/Madrid", "es", 30, (
        "Alba", "Beatriz", "Carlos", "Diego", "Elena", "Fernando", "Gonzalo", "Inés", "Javier", "Lucía", "Marcos",
        "Noelia", "Óscar", "Pilar", "Raquel", "Sergio", "Teresa", "Víctor"), (
        "Aguilar", "Blanco", "Calvo", "Delgado", "Esteban", "Gil", "Herrero", "Iglesias", "Lozano", "Marín", "Navarro",
        "Ortega", "Peña", "Romero", "Serrano", "Vega")),
    Site("NL", "Rotterdam", "Europe/Amsterdam", "nl", 22, (
        "Anouk", "Bas", "Daan", "Eline", "Femke", "Gijs", "Hidde", "Iris", "Joost", "Lotte", "Maarten", "Nienke",
        "Pieter", "Roos", "Sander", "Thijs"), (
        "Bakker", "Boersma", "De Boer", "De Vries", "Dijkstra", "Hendriks", "Jansen", "Kuipers", "Mulder", "Postma",
        "Smit", "Van Dam", "Van den Berg", "Visser")),
    Site("IT", "Bologna", "Europe/Rome", "it", 22, (
        "Alessandro", "Bianca", "Chiara", "Davide", "Elisa", "Federico", "Giulia", "Ilaria", "Lorenzo", "Martina",
        "Nicola", "Paolo", "Sara", "Tommaso", "Valentina"), (
        "Barbieri", "Conti", "De Luca", "Esposito", "Ferrari", "Gallo", "Greco", "Lombardi", "Mancini", "Marino",
        "Ricci", "Rinaldi", "Santoro", "Villa")),
    Site("CZ", "Brno", "Europe/Prague", "cs", 18, (
        "Adéla", "Dominik", "Eva", "Jiří", "Klára", "Lenka", "Marek", "Ondřej", "Petra", "Radek", "Tereza", "Vojtěch"), (
        "Dolejší", "Hladkých", "Janků", "Janů", "Kočí", "Krejčí", "Martinů", "Matějů", "Pavlů", "Petrů", "Šerých")),
    Site("SE", "Göteborg", "Europe/Stockholm", "sv", 16, (
        "Astrid", "Björn", "Ebba", "Fredrik", "Gustav", "Hanna", "Johan", "Linnea", "Måns", "Nils", "Saga", "Viktor"), (
        "Andersson", "Bergström", "Ekman", "Forsberg", "Hedlund", "Johansson", "Lindgren", "Nyström", "Sjöberg",
        "Wallin", "Åkesson")),
    Site("GB", "Felixstowe", "Europe/London", "en", 20, (
        "Alice", "Benjamin", "Charlotte", "Dev", "Eleanor", "Freya", "George", "Harriet", "Imran", "Jack", "Megan",
        "Oliver", "Priya", "Thomas"), (
        "Ahmed", "Bennett", "Carter", "Davies", "Edwards", "Foster", "Hughes", "Mitchell", "Patel", "Reid", "Shaw",
        "Turner", "Walker")),
    Site("US", "Savannah", "America/New_York", "en", 18, (
        "Aaron", "Brianna", "Caleb", "Destiny", "Ethan", "Grace", "Isaac", "Jasmine", "Kevin", "Lauren", "Marcus",
        "Nicole", "Tyler"), (
        "Brooks", "Campbell", "Diaz", "Ellis", "Freeman", "Hayes", "Jenkins", "Lee", "Morales", "Nguyen", "Parker",
        "Sanders", "Washington")),
    Site("BR", "Santos", "America/Sao_Paulo", "pt-BR", 16, (
        "Ana", "Bruno", "Camila", "Eduardo", "Fernanda", "Gabriel", "Helena", "João", "Larissa", "Mateus", "Patrícia",
        "Thiago"), (
        "Almeida", "Barbosa", "Cardoso", "Ferreira", "Gomes", "Lima", "Nascimento", "Oliveira", "Ribeiro", "Souza",
        "Teixeira")),
    Site("IN", "Pune", "Asia/Kolkata", "en", 22, (
        "Aditi", "Arjun", "Deepa", "Gaurav", "Isha", "Karan", "Lakshmi", "Manish", "Neha", "Pooja", "Rahul", "Sneha",
        "Vikram"), (
        "Bhat", "Deshmukh", "Gupta", "Iyer", "Joshi", "Kulkarni", "Mehta", "Nair", "Patil", "Rao", "Sharma", "Singh")),
    Site("JP", "Yokohama", "Asia/Tokyo", "ja", 10, (
        "Aiko", "Daisuke", "Haruka", "Kenta", "Mai", "Naoki", "Sakura", "Takumi", "Yui"), (
        "Fujita", "Hayashi", "Ito", "Kobayashi", "Matsumoto", "Nakamura", "Suzuki", "Tanaka", "Yamada")),
)

ROLES: dict[str, tuple[str, ...]] = {
    "Warehouse": ("Warehouse operative", "Forklift driver", "Shift lead", "Inventory controller"),
    "Transport": ("Truck driver", "Dispatcher", "Customs declarant", "Route planner"),
    "Workshop": ("Maintenance technician", "Mechatronics fitter", "Welder", "Service engineer"),
    "Engineering": ("Design engineer", "Controls engineer", "Project engineer", "Quality engineer"),
    "IT": ("Software developer", "Systems administrator", "Data analyst", "Service desk agent"),
    "Finance": ("Accountant", "Controller", "Purchasing specialist"),
    "People": ("HR business partner", "Recruiter", "Trainer"),
    "Sales": ("Key account manager", "Tender manager", "Customer service agent"),
}
"""Departments and the jobs in them."""

SHARES: dict[str, int] = {"Warehouse": 28, "Transport": 20, "Workshop": 18, "Engineering": 12, "IT": 8, "Finance": 5,
                          "People": 3, "Sales": 6}
"""How many of a hundred people work in a department."""
