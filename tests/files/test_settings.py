"""The settings of the store and the scanner are checked when the portal starts, and explain themselves."""

import pytest

from portal.config import Settings, SettingsError


def settings(**given):
    return Settings.from_env({f"PORTAL_{name.upper()}": value for name, value in given.items()})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"file_store": "files"}, "write s3://bucket or s3://bucket/prefix"),
        ({"file_store": "s3://"}, "write s3://bucket or s3://bucket/prefix"),
        ({"file_store": "https://s3.example.org/x"}, "write s3://bucket or s3://bucket/prefix"),
        ({"s3_endpoint": "s3.example.org"}, "beginning with https://"),
        ({"s3_key": "k"}, "set both, or neither"),
        ({"s3_secret": "s"}, "set both, or neither"),
        ({"scanner": "clamd"}, "the path of clamd's socket, or host:port"),
        ({"scanner": "clamd:three"}, "the path of clamd's socket, or host:port"),
        ({"show_unscanned": "perhaps"}, "write yes or no"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(given, said):
    with pytest.raises(SettingsError, match=said):
        settings(**given)


def test_what_can_be_used_is_taken(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a secret\n")
    read = Settings.from_env(
        {
            "PORTAL_FILE_STORE": "s3://bucket/some/where", "PORTAL_S3_ENDPOINT": "https://s3.example.org", "PORTAL_S3_KEY": "key",
            "PORTAL_S3_SECRET_FILE": str(secret), "PORTAL_SCANNER": "/run/clamav/clamd.ctl", "PORTAL_SHOW_UNSCANNED": "no",
        }
    )  # fmt: skip
    assert (read.s3_secret, read.file_store, read.unscanned_may_be_seen) == ("a secret", "s3://bucket/some/where", False)
    assert settings(scanner="scanner.example.org:3310").scanner == "scanner.example.org:3310"
