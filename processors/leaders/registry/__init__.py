"""Who held which office when: people, terms, countries and their checks."""
