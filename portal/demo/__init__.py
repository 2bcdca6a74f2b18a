"""A company, an identity provider and platforms to try Homeroom with. Never for production."""
