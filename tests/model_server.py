"""An endpoint that speaks the chat protocol of OpenAI, run as a process of its own: one fault for each model name."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

EVENT = {
    "date": "2024-03-14",
    "title": "Aland and Beland sign a contract",
    "summary": "They signed for five years.",
    "source_actor": "AAA+BBB",
    "target_actor": "AAA+BBB",
    "domain": "energy",
    "form": "agreement",
    "codes": ["057", "999", "030"],
    "phrase": "signed a contract for 28 months",
    "place": "para 1",
}


def answer(model: str) -> object:
    events = [EVENT]
    if model == "invents":
        events = [{**EVENT, "phrase": phrase} for phrase in ("signed a contract for 30 months", "Signed a contract")]
        events += [EVENT, {**EVENT, "place": "para 2"}, {**EVENT, "phrase": ""}, {**EVENT, "phrase": "will leave it"}]
    if model == "columns":
        return {"events": [{"date": "2024"}], "assessments": []}
    if model == "values":
        return {"events": [{**EVENT, "domain": "sport"}], "assessments": []}
    if model == "list":
        return []
    return {"events": events, "assessments": []}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(sent)
        model = body["model"]
        Path(sys.argv[1]).write_text(
            json.dumps({"key": self.headers.get("Authorization"), "body": body}), encoding="utf-8"
        )
        if model == "refuses":
            self.send_error(401, "no key")
            return
        if model == "slow":
            time.sleep(3)
        content = "{" if model == "text" else json.dumps(answer(model))
        choice = {"message": {"content": content}, "finish_reason": "length" if model == "long" else "stop"}
        reply = {"choices": []} if model == "empty" else {"choices": [choice]}
        data = b"<html>" if model == "page" else json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data) + 50 * (model == "cut")))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
