"""What is measured is what the limits are set on."""

from local.bench import LIMIT, payment_file


def test_a_large_payment_file_is_measured_in_seconds_and_megabytes() -> None:
    seen = payment_file()
    assert {name.split()[0] for name in seen} == {"seconds", "MB"}
    assert seen.keys() <= LIMIT.keys()
    assert all(value > 0 for value in seen.values())
