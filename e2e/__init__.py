"""The running product in a real browser: what people see who start the demo."""
