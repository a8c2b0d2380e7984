"""What every test of the project may ask for."""

pytest_plugins = ["tests.embedded"]
