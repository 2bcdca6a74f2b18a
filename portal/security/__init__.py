"""Roles, CSRF, headers and the vault for secrets."""
