"""WebSockets as many teams would write them: FastAPI, uvicorn, the `websockets` package, a set of connections.

    fastapi_sockets.py

Prints its port. `/echo` sends back what it gets; `/room` sends what one says to all, one after the other.
"""

import socket

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI(openapi_url=None)
room = set()


@app.get("/healthz")
async def healthz():
    return {"status": "ok"}


@app.websocket("/echo")
async def echo(one: WebSocket):
    await one.accept()
    try:
        while True:
            await one.send_text(await one.receive_text())
    except WebSocketDisconnect:
        pass


@app.websocket("/room")
async def talk(one: WebSocket):
    await one.accept()
    room.add(one)
    try:
        while True:
            said = await one.receive_text()
            for listener in list(room):
                await listener.send_text(said)
    except WebSocketDisconnect:
        pass
    finally:
        room.discard(one)


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", ws="auto", access_log=False,
                                  log_level="error")).run(sockets=[listener])
