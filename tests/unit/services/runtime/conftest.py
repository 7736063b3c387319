"""An issuer that runs, and a browser at an installation that trusts it."""

import socket
from threading import Thread

import pytest
import uvicorn

from deploy.local import issuer
from services.runtime.settings import Shared
from tests.support.session import client_of

SECRET = "a-secret-of-these-tests"


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    """Settings with an issuer that runs on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        shared = Shared(
            secret=SECRET,
            issuer=f"http://127.0.0.1:{listening.getsockname()[1]}",
            mode="development",
            data=tmp_path_factory.mktemp("issuer"),
        )
        config = uvicorn.Config(issuer.app(shared), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield shared
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(development):
    """A browser at a development installation."""
    return client_of(development)
