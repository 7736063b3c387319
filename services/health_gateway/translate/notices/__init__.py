"""Notices of the national services, MNS and NEMS: something changed about a patient."""

from services.health_gateway.translate.notices.notice import NOTICE
from services.health_gateway.translate.notices.taking import (
    noticed,
    service_of,
    told,
)
from services.health_gateway.translate.tables import Notifier

__all__ = ["NOTICE", "Notifier", "noticed", "service_of", "told"]
