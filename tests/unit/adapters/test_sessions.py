"""Sessions and mandates as DynamoDB keeps them: used once, read whole, and under hashes alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from statsbidrag.adapters.mandates import DynamoDBMandates
from statsbidrag.adapters.sessions import DynamoDBSessions
from statsbidrag.domain.errors import Conflict
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import canonical
from statsbidrag.domain.mandates import Mandate
from statsbidrag.domain.sessions import Attempt, Choice, Identity, opened, renewed
from tests.identities import NOW, SUBJECT

ATTEMPT = Attempt("state", "nonce", "verifier", "/", NOW + timedelta(minutes=10))
SESSION = opened(Identity(SUBJECT, "Ombud", ("officer",), ""), Choice("officer"), "csrf", NOW)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-north-1")
        for table, keys in (("sessions", ("id",)), ("books", ("pk", "sk"))):
            client.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
            )
        yield client


@pytest.fixture
def sessions(dynamodb: Any) -> DynamoDBSessions:
    return DynamoDBSessions(dynamodb, "sessions")


def test_an_attempt_is_given_once(sessions: DynamoDBSessions) -> None:
    sessions.begin("k", ATTEMPT)
    assert sessions.get("k") is None
    assert sessions.take("k") == ATTEMPT
    assert sessions.take("k") is None


def test_a_session_is_read_back_until_it_is_ended(sessions: DynamoDBSessions, dynamodb: Any) -> None:
    sessions.open("k", SESSION)
    assert sessions.get("k") == SESSION
    assert sessions.take("k") is None
    (item,) = dynamodb.scan(TableName="sessions")["Items"]
    assert item["id"] == {"S": "SESSION#k"}
    assert item["expires"] == {"N": str(int(SESSION.ends_at.timestamp()) + 1)}
    sessions.end("k", "never-was")
    assert sessions.get("k") is None


def test_one_of_two_who_change_an_id_at_once_is_first(sessions: DynamoDBSessions) -> None:
    sessions.open("k", SESSION)
    old, new = renewed(SESSION, "k", NOW + timedelta(minutes=6))
    sessions.replace("k", SESSION, old, "k2", new)
    assert (sessions.get("k"), sessions.get("k2")) == (old, new)
    with pytest.raises(Conflict):
        sessions.replace("k", SESSION, old, "k3", new)
    assert sessions.get("k3") is None


def test_a_session_from_before_municipalities_were_named_is_read_and_renewed(
    sessions: DynamoDBSessions, dynamodb: Any
) -> None:
    before = json.loads(canonical(SESSION))
    del before["municipality_name"]
    content = canonical(before).decode()
    dynamodb.put_item(TableName="sessions", Item={"id": {"S": "SESSION#k"}, "content": {"S": content}})
    seen = sessions.get("k")
    assert seen is not None
    assert not seen.municipality_name
    old, new = renewed(seen, "k", NOW + timedelta(minutes=6))
    sessions.replace("k", seen, old, "k2", new)
    assert sessions.get("k2") == new


def test_the_mandates_of_one_person_are_given(dynamodb: Any) -> None:
    mandates = DynamoDBMandates(dynamodb, "books")
    assert mandates.of(SUBJECT) == ()
    for subject, code, role in ((SUBJECT, "0114", "agent"), (SUBJECT, "0115", "coordinator"), ("x", "0580", "agent")):
        item = {"pk": f"PERSON#{subject}", "sk": f"MANDATE#{code}", "municipality": code, "role": role}
        dynamodb.put_item(TableName="books", Item={name: {"S": value} for name, value in item.items()})
    dynamodb.put_item(TableName="books", Item={"pk": {"S": f"PERSON#{SUBJECT}"}, "sk": {"S": "OTHER"}})
    assert set(mandates.of(SUBJECT)) == {
        Mandate(MunicipalityCode("0114"), "agent"),
        Mandate(MunicipalityCode("0115"), "coordinator"),
    }
