"""Settings: what is wrong is said with its name, the reason and an example."""

import pytest

from qb_collections.config import BadSettings, Settings, read


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(environ=None, **more):
    with pytest.raises(BadSettings) as caught:
        read(environ or {}, **more)
    return str(caught.value)


def test_nothing_has_to_be_set():
    settings = read({})

    assert settings.base_url == "http://127.0.0.1:5000"
    assert settings.redirect_uri == "http://127.0.0.1:5000/connect/callback"
    assert settings.engine_url == f"sqlite:///{settings.data_dir}/qb-collections.sqlite3"
    assert settings.key_path == settings.data_dir / "key"


def test_the_environment_goes_before_the_file_and_a_command_before_both(tmp_path):
    (tmp_path / "qbc.toml").write_text('port = 1001\nlog_level = "error"\nhost = "localhost"\n')

    settings = read({"QBC_PORT": "1002", "QBC_HOST": "127.0.0.1", "HOME": "/"}, port=1003)

    assert (settings.port, settings.host, settings.log_level) == (1003, "127.0.0.1", "error")


def test_an_unknown_variable_is_refused_with_the_nearest_name():
    assert refused({"QBC_DATADIR": "/x"}) == "QBC_DATADIR is not a setting; the nearest name is QBC_DATA_DIR."


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest_name(tmp_path):
    (tmp_path / "qbc.toml").write_text('publicurl = "https://x.example"\n')

    assert "publicurl in qbc.toml is not a setting; the nearest name is public_url." in refused()


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"QBC_PORT": "many"}, ("QBC_PORT", "whole number", "QBC_PORT=5000")),
        ({"QBC_PORT": "70000"}, ("QBC_PORT", "65535")),
        ({"QBC_PUBLIC_URL": "example.com"}, ("QBC_PUBLIC_URL", "whole address", "https://")),
        ({"QBC_LOG_LEVEL": "loud"}, ("QBC_LOG_LEVEL", "'debug'")),
        ({"QBC_INTUIT_ENVIRONMENT": "live"}, ("QBC_INTUIT_ENVIRONMENT", "'sandbox' or 'production'")),
        ({"QBC_CALLS_PER_SECOND": "20"}, ("QBC_CALLS_PER_SECOND", "10")),
        ({"QBC_TRUSTED_PROXY": "proxy"}, ("QBC_TRUSTED_PROXY", "IPv4")),
        ({"QBC_INTUIT_CLIENT_ID": "x"}, ("QBC_INTUIT_CLIENT_SECRET", "set together")),
        ({"QBC_HOST": "0.0.0.0"}, ("QBC_HOST", "trusted_proxy")),
    ],
)
def test_a_wrong_value_names_its_setting_and_shows_an_example(environ, says):
    sentence = refused(environ)

    for part in says:
        assert part in sentence


def test_postgresql_without_its_package_says_which_one_to_install(monkeypatch):
    monkeypatch.setattr("qb_collections.config.find_spec", lambda name: None)

    said = refused({"QBC_DATABASE_URL": "postgresql+psycopg://qbc@db.example.com/qbc"})

    assert (
        "PostgreSQL needs one more package: .venv/bin/python -m pip install 'psycopg[binary]>=3.2,<4'" in said
    )


def test_a_secret_is_never_quoted():
    both = {"QBC_INTUIT_CLIENT_SECRET": "hush-hush", "QBC_PORT": "x"}

    assert "hush-hush" not in refused(both)
    good = read({"QBC_INTUIT_CLIENT_ID": "id", "QBC_INTUIT_CLIENT_SECRET": "hush-hush"})
    assert "hush-hush" not in repr(good)


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "qbc.toml").write_text("port 5000")

    assert "qbc.toml cannot be read as TOML" in refused()


def test_a_file_that_was_named_must_exist(tmp_path):
    assert "does not exist" in refused(file=tmp_path / "other.toml")


def test_every_setting_has_an_example():
    from qb_collections.config import EXAMPLES

    assert EXAMPLES.keys() == Settings.model_fields.keys()
