"""Give staff their work list: what is due and waits for a person."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.entry import api, wiring

TASKS = "/tasks"

app = api.create_app()


@app.get(TASKS)
def show() -> Response[str]:
    """Give the tasks that are due for officers, oldest first."""
    books = wiring.books()
    return api.document(
        {
            "tasks": [
                {"key": due.key, "kind": due.task.kind, "about": due.task.about, "due": due.task.due}
                for due in books.store.due("officer", books.now())
            ]
        }
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
