import msgspec
import pytest

from statsbidrag.entry.settings import MissingSettingError, Settings, load


def test_variables_become_settings_and_the_rest_stay_absent() -> None:
    settings = load({"TABLE_NAME": "books", "BASE_URL": "https://bidrag.example/", "PATH": "/bin"})
    assert settings == Settings(table_name="books", base_url="https://bidrag.example")


def test_what_a_function_needs_is_given() -> None:
    assert load({"TABLE_NAME": " books "}).need("table_name") == "books"


@pytest.mark.parametrize("environ", [{}, {"ARCHIVE_BUCKET": ""}, {"ARCHIVE_BUCKET": "  "}])
def test_a_missing_variable_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(MissingSettingError, match="ARCHIVE_BUCKET"):
        load(environ).need("archive_bucket")


def test_settings_do_not_change_and_do_not_show_their_secret() -> None:
    settings = load({"OIDC_CLIENT_SECRET": "a-secret-that-nobody-sees"})
    with pytest.raises(AttributeError):
        settings.oidc_client_secret = "another"  # type: ignore[misc]
    assert "nobody" not in repr(settings)
    assert msgspec.structs.replace(settings, table_name="books").need("table_name") == "books"


def test_queues_are_named_as_in_the_domain() -> None:
    assert load({"QUEUE_URL_MAIL": "https://queue/mail"}).queue_urls() == {"mail": "https://queue/mail"}
    with pytest.raises(MissingSettingError, match="QUEUE_URL_"):
        load({}).queue_urls()
