"""`tocsin topics`: which topics there should be, how the cluster differs, and making it so."""

from typing import Annotated, Any

import msgspec
import typer

from streams.cli import context
from streams.errors import EXIT_MISCONFIGURED
from streams.service.settings import Settings

app = typer.Typer(
    help="Show, compare and make the topics.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def show(*, json: Annotated[bool, context.Json] = False) -> None:
    """Show the topics that the settings ask for; no broker is needed.

    For those who make topics by other means, such as Terraform.

    \b
    Examples:
      tocsin topics show
      tocsin topics show --json | jq -r .name
      TOCSIN_TOPIC_PREFIX=staging. tocsin topics show
    """
    for topic in _plan(context.settings()):
        if json:
            typer.echo(msgspec.json.encode(topic).decode())
            continue
        config = ", ".join(f"{key}={value}" for key, value in topic.config.items())
        typer.echo(f"{topic.name}: {topic.purpose}")
        typer.echo(
            f"    {_count(topic.partitions, 'partition')}, "
            f"{_count(topic.replication_factor, 'replica')}, {config}"
        )


@app.command("plan")
def plan_(
    broker: Annotated[str | None, context.Broker] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="End with exit code 2 if anything differs.")
    ] = False,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Print how the cluster's topics differ from the plan, one a line; change nothing.

    \b
    Examples:
      tocsin topics plan
      tocsin topics plan --check || tocsin topics apply
      tocsin topics plan --json | jq -r 'select(.kind == "missing") | .name'

    \b
    Exit codes: 0 even where something differs, and 2 then with --check; others as in
    `tocsin --help`.
    """
    from streams.kafka.clients import admin_client  # noqa: PLC0415 - loads kafka-python
    from streams.kafka.topics import compare  # noqa: PLC0415

    settings = context.settings(broker=broker)
    with admin_client(context.connection(settings), settings) as admin:
        wanted = _plan(settings)
        differences = compare(admin, wanted)
    _print(differences, json=json)
    if not differences:
        typer.echo(f"All {len(wanted)} topics are as planned.", err=True)
    elif check:
        raise typer.Exit(EXIT_MISCONFIGURED)


@app.command()
def apply(
    broker: Annotated[str | None, context.Broker] = None,
    *,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Create the topics that are missing, and alter configurations that differ; print each.

    Configuration that is not in the plan stays as it is. Where a topic has other partitions than
    the plan, nothing is changed at all: moving a key to another partition would part a leader from
    its state. Set TOCSIN_PARTITIONS to what is there, or delete and create the topic again.

    \b
    Examples:
      tocsin topics apply
      TOCSIN_PARTITIONS=12 TOCSIN_REPLICATION_FACTOR=3 tocsin topics apply --broker kafka:9092
    """
    from streams.kafka.clients import admin_client  # noqa: PLC0415 - loads kafka-python
    from streams.kafka.topics import apply as make_so  # noqa: PLC0415

    settings = context.settings(broker=broker)
    with admin_client(context.connection(settings), settings) as admin:
        wanted = _plan(settings)
        done = make_so(admin, wanted)
    _print(done, json=json, verbs={"missing": "created", "config": "altered"})
    if not done:
        typer.echo(f"All {len(wanted)} topics are as planned already.", err=True)


@app.command()
def acls(
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only this role. Without it: all.")
    ] = None,
    *,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Print the rights that each part of Tocsin needs at the broker; no broker is needed.

    They are printed as commands of Kafka's own kafka-acls.sh, one role after the other, or with
    --json as one role a line. Each role is a user of its own, <application id>-<role>. Prefix,
    application id and the topics that rules name are those of the settings; set them before.

    The commands need $BOOTSTRAP (host:port of a broker) and $CONFIG (the properties file of a user
    who may give rights).

    \b
    Examples:
      tocsin topics acls
      tocsin topics acls --role worker | BOOTSTRAP=kafka:9092 CONFIG=admin.properties sh -e
      tocsin topics acls --json | jq -r '.user'

    \b
    Exit codes: 2 if there is no such role; others as in `tocsin --help`.
    """
    from streams.kafka.acls import commands  # noqa: PLC0415 - loads kafka-python
    from streams.kafka.deployment import Deployment  # noqa: PLC0415

    known = Deployment.of(context.settings()).roles()
    wanted = [one for one in known if role in {None, one.name}]
    if not wanted:
        names = ", ".join(one.name for one in known)
        raise typer.BadParameter(f"{role!r} is no role; there are {names}")
    for one in wanted:
        if json:
            typer.echo(msgspec.json.encode(one).decode())
            continue
        typer.echo(f"# {one.name}: {one.purpose}")
        for command in commands(one):
            typer.echo(command)


@app.command()
def strimzi(
    cluster: Annotated[
        str, typer.Option(help="Name of the Kafka resource that the topics belong to.")
    ] = "kafka",
    *,
    users: Annotated[
        bool, typer.Option("--users", help="The users with their rights, and not the topics.")
    ] = False,
) -> None:
    """Print the topics, or the users, as YAML for Strimzi, the operator of Kafka in Kubernetes.

    Topics as `topics show` lists them, users with the rights that `topics acls` lists. Prefix,
    partitions, replicas, application id and the topics that rules name are those of the settings.

    \b
    Examples:
      tocsin topics strimzi --cluster kafka > topics.yaml
      tocsin topics strimzi --users | kubectl apply -n kafka -f -
      TOCSIN_PARTITIONS=12 TOCSIN_REPLICATION_FACTOR=3 tocsin topics strimzi
    """
    from streams.kafka import strimzi as form  # noqa: PLC0415 - loads kafka-python
    from streams.kafka.deployment import Deployment  # noqa: PLC0415

    deployment = Deployment.of(context.settings())
    resources = (
        [form.user(one, cluster) for one in deployment.roles()]
        if users
        else [form.topic(one, cluster) for one in deployment.topic_plans()]
    )
    typer.echo(form.to_yaml(resources), nl=False)


def _plan(settings: Settings) -> list[Any]:
    from streams.kafka.deployment import Deployment  # noqa: PLC0415 - loads kafka-python

    return Deployment.of(settings).topic_plans()


def _print(differences: list[Any], *, json: bool, verbs: dict[str, str] | None = None) -> None:
    for difference in differences:
        if json:
            done = {"done": verbs[difference.kind]} if verbs else {}
            document = msgspec.to_builtins(difference) | done
            typer.echo(msgspec.json.encode(document).decode())
        elif verbs:
            typer.echo(f"{verbs[difference.kind]}, because {difference.message}")
        else:
            typer.echo(difference.message)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
