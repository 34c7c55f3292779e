"""The official jars of Apache Kafka, fetched once through Maven and kept outside the repository.

Owns which release is used and where its jars lie.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from processors.errors import MisconfigurationError

# Brokers of the 4.x line run on Java 17. The jars' own log goes nowhere without a binding for the
# SLF4J that they bring, and a broker that does not start would not say why.
KAFKA_VERSION = "4.4.0"
_SCALA_VERSION = "2.13"
_LOG4J_VERSION = "2.25.5"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"
_FETCH_LIMIT_SECONDS = 600.0

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tocsin</groupId>
  <artifactId>apache-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_{_SCALA_VERSION}</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>{_LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def kafka_jars(cache_folder: Path | None = None) -> Path:
    """The folder with the jars of the pinned release; fetched when it is not there yet.

    Args:
        cache_folder: Where releases are kept; None: `~/.cache/tocsin/kafka`.

    Raises:
        MisconfigurationError: Maven is missing, or cannot resolve the jars.
    """
    cache = Path.home() / ".cache" / "tocsin" / "kafka" if cache_folder is None else cache_folder
    jars = cache / KAFKA_VERSION
    if jars.is_dir():
        return jars
    cache.mkdir(parents=True, exist_ok=True)
    # Fetched beside and moved in one step: a half-filled folder never looks complete, and two
    # processes may fetch at the same time.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as scratch:
        _fetch(Path(scratch))
        try:
            (Path(scratch) / "jars").rename(jars)
        except OSError:
            if not jars.is_dir():
                raise
    return jars


def find_program(name: str, package: str) -> str:
    """The path of a program that Apache Kafka needs.

    Raises:
        MisconfigurationError: It is not on the PATH.
    """
    found = shutil.which(name)
    if found is None:
        raise MisconfigurationError(
            f"Apache Kafka needs the program {name}, which is not on the PATH: install {package}"
        )
    return found


def _fetch(folder: Path) -> None:
    maven = find_program("mvn", "Maven 3.8 or later (Debian: maven)")
    (folder / "pom.xml").write_text(_POM, encoding="utf-8")
    command = [maven, "--batch-mode", "--quiet", _PLUGIN, f"-DoutputDirectory={folder / 'jars'}"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"MAVEN_OPTS": "-Xmx256m"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_FETCH_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MisconfigurationError(
            f"Maven did not fetch Apache Kafka {KAFKA_VERSION} within "
            f"{_FETCH_LIMIT_SECONDS:.0f} s; check the way to the repository in ~/.m2/settings.xml"
        ) from error
    if done.returncode != 0:
        raise MisconfigurationError(
            f"Maven cannot fetch Apache Kafka {KAFKA_VERSION} (code {done.returncode}):\n"
            f"{(done.stdout + done.stderr)[-2000:]}"
        )
