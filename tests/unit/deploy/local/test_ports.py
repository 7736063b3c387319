"""Ports: counted from two numbers, and named when something else has them."""

import os
import socket

import pytest

from deploy.local.ports import HOST, Ports, free_ports, in_use, owner, ports_from
from deploy.local.ports import require_free as require
from schemas.errors import Stopped


class TestPorts:
    """Every port of one stack."""

    def test_defaults_are_the_published_ones(self) -> None:
        """The issuer is at 8100, the services follow in order, Kafka is at 19092."""
        ports = Ports()

        assert ports.of("issuer") == 8100
        assert ports.of("health_gateway") == 8101
        assert ports.of("console") == 8107
        assert ports.broker(1) == 19092

    def test_kafka_moves_with_the_services(self) -> None:
        """Another base moves Kafka by as much, so that two stacks do not meet."""
        other = ports_from("8200")

        assert not set(Ports().wanted(3)) & set(other.wanted(3))

    @pytest.mark.parametrize("base", ["", "80", "99999", "eight", "-8100"])
    def test_impossible_base(self, base: str) -> None:
        """A base that cannot be is refused with an example of one that can."""
        with pytest.raises(Stopped, match="THROUGHLINE_PORT_BASE=8200 make demo"):
            ports_from(base)

    def test_three_nodes_have_six_ports(self) -> None:
        """Each node has one port for clients and one for the other nodes."""
        kafka = [n for n in Ports().wanted(3).values() if n.startswith("kafka")]

        assert len(kafka) == 6


class TestInUse:
    """Whether something listens already, and who."""

    def test_listener_is_found_and_named(self) -> None:
        """A port with a listener is in use, by the process that listens."""
        with socket.create_server((HOST, 0)) as server:
            port = server.getsockname()[1]

            assert in_use(port)
            assert f"(process {os.getpid()})" in owner(port)

        assert not in_use(port)

    def test_way_out_is_said(self) -> None:
        """The message names each port that is taken, whose it is, and the way out."""
        ports = free_ports()
        with (
            socket.create_server((HOST, ports.of("clocks"))),
            pytest.raises(Stopped) as stopped,
        ):
            require(ports, 1)

        assert f"{ports.of('clocks')} (clocks) by" in str(stopped.value)
        assert "THROUGHLINE_PORT_BASE=" in str(stopped.value)

    def test_no_port_is_given_twice(self) -> None:
        """Who was given ports has them before the first of them is open."""
        given = [free_ports() for _ in range(30)]
        assert len({ports.base for ports in given}) == len(given)
        assert len({ports.kafka for ports in given}) == len(given)

    def test_free_ports_pass(self) -> None:
        """Nothing is said when all are free."""
        require(free_ports(3), 3)
