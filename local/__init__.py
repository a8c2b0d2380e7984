"""The embedded run: emulated AWS, bank and e-identification on loopback, and the simulated year."""
