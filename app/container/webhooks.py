"""What owners of endpoints do, from the command line and over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.services.add_endpoint import AddEndpoint
from app.services.challenge_endpoint import ChallengeEndpoint
from app.services.change_endpoint import ChangeEndpoint
from app.services.read_webhooks import ListDeliveries, ListEndpoints, ShowDelivery, ShowEndpoint
from app.services.replay_deliveries import RecoverDeliveries, ReplayDelivery
from app.services.rotate_endpoint_secret import RotateEndpointSecret
from app.services.send_test_event import SendTestEvent
from app.services.switch_endpoint import DisableEndpoint, EnableEndpoint, RemoveEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCases:
    """The use cases behind `ringbook webhook` and /api/v1/webhooks."""

    add_endpoint: AddEndpoint
    change_endpoint: ChangeEndpoint
    challenge_endpoint: ChallengeEndpoint
    enable_endpoint: EnableEndpoint
    disable_endpoint: DisableEndpoint
    remove_endpoint: RemoveEndpoint
    rotate_endpoint_secret: RotateEndpointSecret
    send_test_event: SendTestEvent
    list_endpoints: ListEndpoints
    show_endpoint: ShowEndpoint
    list_deliveries: ListDeliveries
    show_delivery: ShowDelivery
    replay_delivery: ReplayDelivery
    recover_deliveries: RecoverDeliveries


def bind_webhooks(adapters: Adapters) -> WebhookCases:
    read_unit, open_unit, clock = adapters.read_unit, adapters.open_unit, adapters.clock
    publisher, sender = adapters.publisher, adapters.sender
    return WebhookCases(
        add_endpoint=AddEndpoint(open_unit=open_unit, sender=sender, publisher=publisher, clock=clock),
        change_endpoint=ChangeEndpoint(open_unit=open_unit, sender=sender, publisher=publisher, clock=clock),
        challenge_endpoint=ChallengeEndpoint(open_unit=open_unit, publisher=publisher, clock=clock),
        enable_endpoint=EnableEndpoint(open_unit=open_unit, publisher=publisher, clock=clock),
        disable_endpoint=DisableEndpoint(open_unit=open_unit, clock=clock),
        remove_endpoint=RemoveEndpoint(open_unit=open_unit, clock=clock),
        rotate_endpoint_secret=RotateEndpointSecret(open_unit=open_unit, clock=clock),
        send_test_event=SendTestEvent(open_unit=open_unit, publisher=publisher, clock=clock),
        list_endpoints=ListEndpoints(read_unit=read_unit),
        show_endpoint=ShowEndpoint(read_unit=read_unit),
        list_deliveries=ListDeliveries(read_unit=adapters.search_unit),
        show_delivery=ShowDelivery(read_unit=read_unit),
        replay_delivery=ReplayDelivery(open_unit=open_unit, publisher=publisher, clock=clock),
        recover_deliveries=RecoverDeliveries(open_unit=open_unit, publisher=publisher, clock=clock),
    )
