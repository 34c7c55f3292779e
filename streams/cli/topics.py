"""`tocsin topics`: show the planned topics, compare the cluster with them, and create them."""

from typing import Annotated, Any

import msgspec
import typer

from streams.cli import context
from streams.cli.options import BrokerOption, JsonOption
from streams.cli.views.counts import counted
from streams.errors import EXIT_MISCONFIGURED
from streams.kafka import strimzi as form
from streams.kafka.acls import commands
from streams.kafka.clients import admin_client
from streams.kafka.deployment import Deployment
from streams.kafka.topic_differences import apply as apply_plan
from streams.kafka.topic_differences import compare
from streams.service.settings import Settings

app = typer.Typer(
    help="Show, compare and create the topics and access rights.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def show(*, json: JsonOption = False) -> None:
    """Show the topics that the settings ask for, without a broker.

    Use it to create topics with other tools, such as Terraform.

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
            f"    {counted(topic.partitions, 'partition')}, "
            f"{counted(topic.replication_factor, 'replica')}, {config}"
        )


@app.command("plan")
def plan_(
    broker: BrokerOption = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="End with exit code 2 if anything differs.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show how the topics of the cluster differ, and change nothing.

    \b
    Examples:
      tocsin topics plan
      tocsin topics plan --check || tocsin topics apply
      tocsin topics plan --json | jq -r 'select(.kind == "missing") | .name'

    \b
    Exit codes: 0 even where something differs, and 2 then with --check; others as in
    `tocsin --help`.
    """
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
    broker: BrokerOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Create missing topics and correct configurations that differ.

    Prints each change. Configuration that is not part of the plan stays as it is. If a topic has
    another number of partitions than the plan, nothing is changed at all, because a leader's
    mentions would move to another partition than the leader's state. Set TOCSIN_PARTITIONS to the
    number of the cluster, or delete the topic and apply again.

    \b
    Examples:
      tocsin topics apply
      TOCSIN_PARTITIONS=12 TOCSIN_REPLICATION_FACTOR=3 tocsin topics apply --broker kafka:9092
    """
    settings = context.settings(broker=broker)
    with admin_client(context.connection(settings), settings) as admin:
        wanted = _plan(settings)
        done = apply_plan(admin, wanted)
    _print(done, json=json, verbs={"missing": "created", "config": "altered"})
    if not done:
        typer.echo(f"All {len(wanted)} topics are as planned already.", err=True)


@app.command()
def acls(
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only this role. Default: all roles.")
    ] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Print the access rights that each part of Tocsin needs, without a broker.

    The rights are printed as commands of kafka-acls.sh, one role after the other, or with --json
    as one role a line. Each role is a user of its own, <application id>-<role>. Topic prefix,
    application id and the topics that your rules name come from the settings, so set these first.

    The commands need $BOOTSTRAP (host:port of a broker) and $CONFIG (the properties file of a user
    who may grant rights).

    \b
    Examples:
      tocsin topics acls
      tocsin topics acls --role worker | BOOTSTRAP=kafka:9092 CONFIG=admin.properties sh -e
      tocsin topics acls --json | jq -r '.user'

    \b
    Exit codes: 2 if there is no such role; others as in `tocsin --help`.
    """
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
        str,
        typer.Option(metavar="NAME", help="Name of the Kafka resource that the topics belong to."),
    ] = "kafka",
    *,
    users: Annotated[
        bool, typer.Option("--users", help="Print users with their rights instead of topics.")
    ] = False,
) -> None:
    """Print the topics or users as YAML for Strimzi, the Kafka operator for Kubernetes.

    The topics are those of `tocsin topics show`, the rights of users those of `tocsin topics
    acls`. Topic prefix, partitions, replicas, application id and the topics that your rules name
    come from the settings.

    \b
    Examples:
      tocsin topics strimzi --cluster kafka > topics.yaml
      tocsin topics strimzi --users | kubectl apply -n kafka -f -
      TOCSIN_PARTITIONS=12 TOCSIN_REPLICATION_FACTOR=3 tocsin topics strimzi
    """
    deployment = Deployment.of(context.settings())
    resources = (
        [form.user(one, cluster) for one in deployment.roles()]
        if users
        else [form.topic(one, cluster) for one in deployment.topic_plans()]
    )
    typer.echo(form.to_yaml(resources), nl=False)


def _plan(settings: Settings) -> list[Any]:

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
