"""Live quizzes as many teams would write them: FastAPI, WebSockets, the board in Redis, answers in SQLite.

    fastapi_quiz.py DATABASE REDIS_SOCKET

Prints its port. It speaks the frames Parley speaks, as far as `parley load quiz` listens, and does what Parley does
before it says a verdict: the answer is on disk (WAL, synchronous=FULL, a commit for each) and the board knows it (ZADD
and ZREVRANK in one round trip). Boards go out every 150 ms at most, with the first ten and each player's own rank, from
one reading of the whole board. It keeps no times and refuses nothing, knows flat points only, and loses its games when
it ends: in its favour.
"""

import asyncio
import contextlib
import json
import secrets
import socket
import sqlite3
import sys

import redis.asyncio
import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect

BOARD_SECONDS = 0.15
TOP = 10
REDIS_CONNECTIONS = 32          # who comes when all are taken waits
# Of equal scores who got there first is ahead: Redis orders by one number, so that both are in it.
SCORE_UNIT = 1 << 24

app = FastAPI(openapi_url=None)
board = redis.asyncio.Redis(connection_pool=redis.asyncio.BlockingConnectionPool(
    REDIS_CONNECTIONS, timeout=None, connection_class=redis.asyncio.UnixDomainSocketConnection, path=sys.argv[2]))
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.executescript("""
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE player (game TEXT NOT NULL, player INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (game, player));
    CREATE TABLE answer (game TEXT NOT NULL, question INTEGER NOT NULL, player INTEGER NOT NULL, said TEXT NOT NULL,
                         is_right INTEGER NOT NULL, points INTEGER NOT NULL, PRIMARY KEY (game, question, player));
""")
quizzes, games = {}, {}


class Game:
    def __init__(self, quiz):
        self.id, self.code = secrets.token_hex(16), secrets.token_hex(3).upper()
        self.key, self.quiz, self.questions = f"board:{self.id}", quiz, quiz["questions"]
        self.is_self_paced = quiz.get("pace") == "self_paced"
        self.players, self.host, self.place, self.is_open = [], None, -1, False
        self.answers = self.right = self.sequence = self.seq = 0
        self.has_news, self.top, self.publishing = False, None, None

    async def tell(self, frame):
        text = json.dumps(frame)
        for player in self.players:
            await player.say(text)
        if self.host:
            await self.host.send_text(text)

    def question(self, place):
        one = {key: value for key, value in self.questions[place].items() if key not in ("right", "tolerance")}
        return {"type": "question", "seq": place, "question": one | {"number": place + 1, "count": len(self.questions)}}

    async def open(self, place):
        if place == len(self.questions):
            return await self.finish()
        self.place, self.is_open, self.answers, self.right = place, True, 0, 0
        await self.tell(self.question(place))

    async def reveal(self):
        if self.is_open:
            self.is_open = False
            question = self.questions[self.place]
            await self.tell({"type": "reveal", "seq": self.place, "question": question["id"],
                             "answer": question["right"], "answers": self.answers, "right": self.right})

    async def ranked(self):
        """(player's number, score) from the first rank on."""
        return [(int(number), int(-(-total // SCORE_UNIT)))
                for number, total in await board.zrevrange(self.key, 0, -1, withscores=True)]

    def rows(self, ranked, start=0):
        return [{"rank": start + rank, "player": number, "name": self.players[number - 1].name, "score": score}
                for rank, (number, score) in enumerate(ranked, 1)]

    async def publish(self):
        """Says what has changed until it is over, and at most so often."""
        while True:
            await asyncio.sleep(BOARD_SECONDS)
            if not self.has_news:
                continue
            self.has_news = False
            ranked = await self.ranked()
            top = self.rows(ranked[:TOP])
            shared = {"type": "board", "seq": self.seq, "players": len(self.players), "answered": self.answers}
            if top != self.top:
                self.top = shared["top"] = top
            self.seq += 1
            before = json.dumps(shared)[:-1]
            for rank, (number, score) in enumerate(ranked, 1):
                await self.players[number - 1].say(f'{before}, "you": {{"rank": {rank}, "score": {score}}}}}')
            if not self.is_self_paced:
                await self.progress()

    async def progress(self):
        if self.host:
            await self.host.send_text(json.dumps({"type": "progress", "answered": self.answers,
                                                  "players": len(self.players)}))

    async def finish(self):
        self.publishing.cancel()
        ranked = await self.ranked()
        shared = {"type": "finish", "seq": self.seq, "players": len(self.players), "top": self.rows(ranked[:TOP])}
        for rank, (number, score) in enumerate(ranked, 1):
            player = self.players[number - 1]
            await player.say(json.dumps(shared | {"you": {"rank": rank, "score": score, "right": player.right,
                                                          "answered": player.answered}}))
        for player in self.players:
            with contextlib.suppress(RuntimeError):
                await player.socket.close(1000)
        await self.host.send_text(json.dumps(shared))


class Player:
    def __init__(self, game, name, one):
        self.game, self.name, self.socket = game, name, one
        self.score = self.right = self.answered = 0
        game.players.append(self)
        self.number = len(game.players)

    async def say(self, text):
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self.socket.send_text(text)

    async def answer(self, said):
        game = self.game
        place = self.answered if game.is_self_paced else game.place
        question = game.questions[place]
        is_right = judged(question, said)
        points = question.get("points", 1_000) if is_right else 0
        database.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)",
                         (game.id, place, self.number, json.dumps(said), is_right, points))
        self.score, self.answered, self.right = self.score + points, self.answered + 1, self.right + is_right
        async with board.pipeline(transaction=False) as both:
            if points:
                game.sequence += 1
                both.zadd(game.key, {self.number: self.score * SCORE_UNIT - game.sequence})
            both.zrevrank(game.key, self.number)
            rank = (await both.execute())[-1] + 1
        game.has_news = True
        verdict = {"type": "verdict", "question": question["id"], "right": is_right, "points": points, "bonus": 0,
                   "score": self.score, "rank": rank, "late": False}
        if game.is_self_paced and self.answered == len(game.questions):
            verdict["done"] = True
        await self.say(json.dumps(verdict))
        # Not before: the host goes on when all have answered.
        game.answers, game.right = game.answers + 1, game.right + is_right
        if game.answers == len(game.players) and not game.is_self_paced:
            await game.progress()


def judged(question, said):
    match question["kind"]:
        case "several":
            return isinstance(said, list) and set(said) == set(question["right"])
        case "typed":
            return str(said).strip().casefold() in (right.casefold() for right in question["right"])
        case "number":
            return abs(float(said) - question["right"]) <= question.get("tolerance", 0)
        case _:
            return said == question["right"]


@app.get("/healthz")
async def healthz():
    return {"status": "ok"}


@app.post("/api/quizzes", status_code=201)
async def make_quiz(request: Request):
    draft = await request.json()
    quizzes[draft["id"]] = draft["definition"]
    return {"id": draft["id"]}


@app.post("/api/quizzes/{quiz}/publish")
async def publish(quiz: str):
    return {"id": quiz, "version": 1}


@app.post("/api/quizzes/{quiz}/games", status_code=201)
async def make_game(quiz: str):
    game = Game(quizzes[quiz])
    game.publishing = asyncio.create_task(game.publish())
    games[game.id] = games[game.code] = game
    return {"id": game.id, "code": game.code, "version": 1, "host": "host"}


@app.get("/api/games/{code}/leaderboard")
async def leaderboard(code: str, limit: int = 100, after: int = 0):
    game = games[code]
    ranked = await game.ranked()
    items = game.rows(ranked[after:after + limit], after)
    return {"items": items, "next": str(after + limit) if after + limit < len(ranked) else None, "players": len(ranked)}


@app.get("/api/games/{code}/results")
async def results(code: str, limit: int = 100, after: int = 0):
    game = games[code]
    rows = game.rows(await game.ranked())
    items = [row | {"right": game.players[row["player"] - 1].right} for row in rows[after:after + limit]]
    return {"items": items, "next": str(after + limit) if after + limit < len(rows) else None}


@app.websocket("/api/games/{code}/host")
async def host(one: WebSocket, code: str):
    game = games[code]
    await one.accept()
    game.host = one
    await one.send_text(json.dumps({"type": "welcome", "game": {"code": game.code}}))
    try:
        while True:
            match json.loads(await one.receive_text())["type"]:
                case "start" | "next":
                    await game.open(game.place + 1)
                case "skip":
                    await game.reveal()
                case "end":
                    await game.finish()
    except WebSocketDisconnect:
        pass


@app.websocket("/api/games/{code}/play")
async def play(one: WebSocket, code: str, name: str):
    game = games[code]
    await one.accept()
    player = Player(game, name, one)
    database.execute("INSERT INTO player VALUES (?, ?, ?)", (game.id, player.number, name))
    game.sequence += 1
    await board.zadd(game.key, {player.number: -game.sequence})
    await player.say(json.dumps({"type": "welcome", "player": secrets.token_hex(16), "number": player.number,
                                 "name": name, "game": {"code": game.code, "players": len(game.players)}, "score": 0,
                                 "question": None}))
    if game.host:
        await game.host.send_text(json.dumps({"type": "player", "number": player.number, "name": name}))
    try:
        while True:
            frame = json.loads(await one.receive_text())
            if frame["type"] == "next":
                await player.say(json.dumps(game.question(player.answered)))
            else:
                await player.answer(frame["answer"])
    except (WebSocketDisconnect, RuntimeError):
        pass


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1_024)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", ws="auto", access_log=False,
                                  log_level="error")).run(sockets=[listener])
