"""The handler: one route that stores an order."""

import os
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import uuid4

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.serialization.pydantic import PydanticSerializer
from pydantic import BaseModel, EmailStr, Field

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Environment(BaseModel):
    """What the function is configured with."""

    table_name: str
    idempotency_table_name: str
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class CreateOrder(BaseModel):
    """What a customer sends."""

    customer_name: Annotated[str, Field(min_length=1, max_length=20)]
    email: EmailStr
    order_item_count: Annotated[int, Field(gt=0, le=100)]


class Order(CreateOrder):
    """What is stored."""

    id: str


class Created(BaseModel):
    """What is answered."""

    id: str
    order_item_count: int


logger = Logger()
metrics = Metrics()
tracer = Tracer()
app = APIGatewayRestResolver(enable_validation=True)
app.enable_swagger(path="/swagger", title="Orders")


class Services:
    """The table, and what makes a repeated order one."""

    def __init__(self) -> None:
        self.environment = Environment.model_validate({name.lower(): value for name, value in os.environ.items()})
        self.table = boto3.resource("dynamodb").Table(self.environment.table_name)


configuration = IdempotencyConfig(expires_after_seconds=300)
persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE_NAME"])
services = Services()


@app.post("/api/orders")
@tracer.capture_method(capture_response=False)
def create_order(order: Annotated[CreateOrder, Body(media_type="application/json")]) -> Created:
    """Store an order."""
    metrics.add_metric("Created", MetricUnit.Count, 1)
    found: Created = _store(order=order)
    return found


@idempotent_function(  # type: ignore[untyped-decorator]
    data_keyword_argument="order",
    config=configuration,
    persistence_store=persistence,
    output_serializer=PydanticSerializer,
)
def _store(order: CreateOrder) -> Created:
    found = Order(id=str(uuid4()), **order.model_dump())
    services.table.put_item(Item=found.model_dump(), ConditionExpression="attribute_not_exists(id)")
    return Created(id=found.id, order_item_count=found.order_item_count)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one event of API Gateway."""
    configuration.register_lambda_context(context)
    found: dict[str, Any] = app.resolve(event, context)
    return found
