"""Set-up and start, with nothing but Python itself: `python3 run.py` ends with the dashboard in the browser.

    python3 run.py [serve] [--port N] …          set up, build the demo if there is no data, serve and open
    python3 run.py test [pytest arguments]       set up, run all tests
    python3 run.py VERB …                        set up, then the command line: load, status, export, …

Old Pythons read this file too, and must be able to say what they lack: no newer syntax in here.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one place that older Pythons reach
    sys.exit(
        "Python 3.11 or newer is needed; this is Python {0}.{1}. With a newer one: python3.11 run.py\n"
        "Il faut Python 3.11 ou plus récent ; celui-ci est Python {0}.{1}. "
        "Avec un plus récent : python3.11 run.py".format(*sys.version_info)
    )

import argparse
import ast
import contextlib
import hashlib
import locale
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCK = HERE / "requirements.lock"
STAMP = VENV / "ready"
LOG = VENV / "setup.log"
STORE = Path(os.environ.get("INCIDENTS_STORE") or HERE / "data" / "store")
DEMO = HERE / "data" / "demo"
INBOX = HERE / "data" / "inbox"
USUAL_PORT = 8501
BYTES_NEEDED = 2_000_000_000

SENTENCES = {
    "making": ("Making the environment in {folder} …", "Création de l'environnement dans {folder} …"),
    "installer": ("Fetching the installer …", "Récupération de l'installateur …"),
    "packages": ("Installing {count} packages (minutes) …", "Installation de {count} paquets (minutes) …"),
    "with_pip": ("uv could not do it; trying pip …", "uv n'y est pas parvenu ; essai avec pip …"),
    "still": ("  … {seconds} s", "  … {seconds} s"),
    "ready": ("Ready ({seconds} s).", "Prêt ({seconds} s)."),
    "demo": ("No data yet: building the demo …", "Pas encore de données : préparation de la démo …"),
    "inbox": ("Loading the files of {folder} …", "Chargement des fichiers de {folder} …"),
    "serving": (
        "The dashboard is at {address}  (Ctrl-C stops it)",
        "Le tableau de bord est à l'adresse {address}  (Ctrl-C pour l'arrêter)",
    ),
    "port_taken": ("Port {port} is taken; using {other}.", "Le port {port} est pris ; ce sera {other}."),
    "stopped": ("Stopped.", "Arrêté."),
    "no_venv": (
        "This Python cannot make environments. On Debian or Ubuntu: sudo apt install python3-venv\n"
        "Then run this again.",
        "Ce Python ne sait pas créer d'environnement. Sous Debian ou Ubuntu : sudo apt install python3-venv\n"
        "Puis relancez.",
    ),
    "no_space": (
        "The disk is full or nearly: {free} MB are free in {folder}, about {needed} MB are needed. "
        "Make room, then run this again.",
        "Le disque est plein ou presque : {free} Mo libres dans {folder}, il en faut environ {needed}. "
        "Faites de la place, puis relancez.",
    ),
    "no_write": (
        "The folder {folder} cannot be written to. Copy the project to a folder of yours.",
        "Impossible d'écrire dans le dossier {folder}. Copiez le projet dans un dossier à vous.",
    ),
    "no_network": (
        "The packages could not be fetched: is this computer online? Behind a company's proxy, set "
        "HTTPS_PROXY or pip's configuration. Then run this again. Details: {log}",
        "Les paquets n'ont pas pu être récupérés : cet ordinateur est-il en ligne ? Derrière le proxy "
        "d'une entreprise, réglez HTTPS_PROXY ou la configuration de pip. Puis relancez. Détails : {log}",
    ),
    "no_install": (
        "The packages could not be installed. The last lines said:\n{tail}\nAll of it: {log}",
        "Les paquets n'ont pas pu être installés. Les dernières lignes disent :\n{tail}\nLe tout : {log}",
    ),
    "no_data": ("No data could be built (see above).", "Données non construites (voir ci-dessus)."),
    "no_server": ("The dashboard did not start (see above).", "Le tableau de bord n'a pas démarré."),
    "help": (
        "python3 run.py [serve] [--no-browser] [--port N] [--sync-every 15m] [--alert-weekly mon@08:00]  dashboard\n"
        "python3 run.py test [pytest arguments]     set up and run all tests\n"
        "python3 run.py VERB …                      the command line: python3 run.py load --help",
        "python3 run.py [serve] [--no-browser] [--port N] [--sync-every 15m] [--alert-weekly lun@08:00]  tableau\n"
        "python3 run.py test [arguments pytest]     installer et lancer tous les tests\n"
        "python3 run.py VERBE …                     la ligne de commande : python3 run.py load --help",
    ),
}


def language() -> str:
    """'fr' where the machine speaks French, else 'en'."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    with contextlib.suppress(ValueError):
        return "fr" if (locale.getlocale()[0] or "").lower().startswith("fr") else "en"
    return "en"


def sentence(key: str, **values: object) -> str:
    return SENTENCES[key][language() == "fr"].format(**values)


def say(key: str, **values: object) -> None:
    # stderr: what a verb prints on stdout must stay clean, `run.py export … > file.csv`
    print(sentence(key, **values), file=sys.stderr, flush=True)


def refusal(key: str, **values: object) -> SystemExit:
    """What to raise to end with such a sentence and a failing exit code."""
    return SystemExit(sentence(key, **values))


# --- the environment


def python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted_stamp() -> str:
    """What an environment that is ready was made from: the Python and the lock."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{sys.version_info[0]}.{sys.version_info[1]} {digest}"


def set_up() -> None:
    """Leave `.venv` with the packages of the lock; costs nothing when it is there already."""
    wanted = wanted_stamp()
    found = STAMP.read_text(encoding="utf-8") if STAMP.is_file() and python().exists() else ""
    if found == wanted:
        return
    began = time.monotonic()
    refuse_without_room()
    if not found or found.split()[0] != wanted.split()[0]:
        make_environment()
    STAMP.unlink(missing_ok=True)
    install()
    STAMP.write_text(wanted, encoding="utf-8")
    say("ready", seconds=round(time.monotonic() - began))


def refuse_without_room() -> None:
    """Ends with a sentence when this folder cannot be written to or its disk is too full."""
    try:
        with tempfile.TemporaryFile(dir=HERE):
            free = shutil.disk_usage(HERE).free
    except OSError as error:
        raise refusal("no_write", folder=HERE) from error
    if free < BYTES_NEEDED:
        raise no_space(free)


def no_space(free: int) -> SystemExit:
    return refusal("no_space", folder=HERE, free=free // 1_000_000, needed=BYTES_NEEDED // 1_000_000)


def make_environment() -> None:
    """A new, empty `.venv` with pip; ends with a sentence when this Python cannot make one."""
    say("making", folder=VENV)
    if VENV.exists():
        shutil.rmtree(VENV)
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "venv.log"  # not in .venv, which does not exist yet
        # the base: this may run in the very .venv that was just removed
        base = getattr(sys, "_base_executable", sys.executable)
        code = quietly([base, "-m", "venv", str(VENV)], log, dict(os.environ))
        said = log.read_text(encoding="utf-8", errors="replace")
    if code == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)  # Debian leaves half of one
    if "ensurepip" in said or "No module named venv" in said:
        raise refusal("no_venv")
    raise refusal("no_install", tail=last_lines(said), log="python3 -m venv .venv")


def install() -> None:
    """The lock's packages, checked against its hashes: with uv when it can be had, else with pip."""
    LOG.write_text("", encoding="utf-8")
    lock = LOCK.read_text(encoding="utf-8")
    pip = [str(python()), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    if fetch_uv(pip, lock):
        say("packages", count=lock.count("\n    # via"))
        uv = [str(python()), "-m", "uv", "pip", "install", "--no-progress", "--python", str(python())]
        if quietly([*uv, "--require-hashes", "-r", str(LOCK)], LOG, uv_environment(pip)) == 0:
            return
    say("with_pip")
    if quietly([*pip, "install", "--require-hashes", "-r", str(LOCK)], LOG, dict(os.environ)) == 0:
        return
    raise explain(LOG.read_text(encoding="utf-8", errors="replace"))


def fetch_uv(pip: list[str], lock: str) -> bool:
    """Whether `.venv` now has the uv of the lock; installed from the lock's lines, so its hash is checked."""
    start = lock.find("\nuv==") + 1
    lines = lock[start : lock.find("    # via", start)]
    say("installer")
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "uv.txt"
        wanted.write_text(lines, encoding="utf-8")
        return quietly([*pip, "install", "--require-hashes", "-r", str(wanted)], LOG, dict(os.environ)) == 0


def uv_environment(pip: list[str]) -> dict[str, str]:
    """The environment for uv, which does not read pip's configuration: that, translated."""
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    # the environment comes last, and wins
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        with contextlib.suppress(ValueError, SyntaxError):
            settings[name.rsplit(".", 1)[-1]] = str(ast.literal_eval(value))
    found = {
        "UV_DEFAULT_INDEX": settings.get("index-url", ""),
        "UV_INDEX": " ".join(settings.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(settings.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(settings.get("trusted-host", "").split()),
        "UV_OFFLINE": "1" if settings.get("no-index", "").lower() in ("1", "true", "yes", "on") else "",
        "SSL_CERT_FILE": settings.get("cert", ""),
        "HTTPS_PROXY": settings.get("proxy", ""),
        # several indexes: the lock's hashes decide which file is right, not the order of the indexes
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_LINK_MODE": "copy" if os.name == "nt" else "",
    }
    return {**{name: value for name, value in found.items() if value}, **os.environ}


def quietly(command: list[str], log: Path, environment: dict[str, str]) -> int:
    """The exit code of a command whose output goes to the log, with a sign of life on the terminal."""
    began = time.monotonic()
    with starting(command, environment, stdout=log.open("ab"), stderr=subprocess.STDOUT) as process:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=15)
            say("still", seconds=round(time.monotonic() - began))


def explain(log: str) -> SystemExit:
    """A sentence for what went wrong in an installation."""
    lower = log.lower()
    free = shutil.disk_usage(HERE).free
    if "no space left" in lower or "os error 28" in lower or "os error 112" in lower:
        return no_space(free)
    signs = ("name resolution", "to resolve", "dns error", "connection", "sending request", "timed out")
    if any(sign in lower for sign in signs):
        return refusal("no_network", log=LOG)
    return refusal("no_install", tail=last_lines(log), log=LOG)


def last_lines(text: str) -> str:
    return "\n".join("  " + line for line in text.strip().splitlines()[-6:])


# --- what is run in it


@contextlib.contextmanager
def starting(
    command: list[str], environment: dict[str, str], **options: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that never outlives us, however we end."""
    process = subprocess.Popen(command, env=environment, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def project_environment() -> dict[str, str]:
    """The environment in which `-m pipelines` is found from any folder."""
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "STARTED_BY_RUN_PY": "1"}


def run(module: str, *arguments: str, folder: Path | None = None) -> int:
    """The exit code of a module run with the packages of `.venv`."""
    command = [str(python()), "-m", module, *arguments]
    with starting(command, project_environment(), cwd=folder) as process:
        return process.wait()


def build_data() -> None:
    """Something to look at: the files the user has put into the inbox, else the demo."""
    # a store that was named is not topped up with the demo's: the command line builds it where it was told to
    stores = [STORE] if "INCIDENTS_STORE" in os.environ else [STORE, DEMO]
    if any((store / "CURRENT").is_file() for store in stores):
        return
    mine = INBOX.is_dir() and any(not path.name.startswith(".") for path in INBOX.iterdir())
    say("inbox" if mine else "demo", folder=INBOX)
    run("pipelines", *(["load", str(INBOX)] if mine else ["demo"]))
    if not any((store / "CURRENT").is_file() for store in stores):
        say("no_data")


def serve(port: int, browser: bool, beside: list[list[str]]) -> int:
    """The exit code of the dashboard, served to this computer only until it stops; with some verbs beside it."""
    free = free_port(port)
    if free != port:
        say("port_taken", port=port, other=free)
    command = [str(python()), "-m", "streamlit", "run", "dashboard.py"]
    command += ["--server.address=127.0.0.1", f"--server.port={free}"]
    # headless: Streamlit would ask for an e-mail address at its first start, and opens the browser too early
    command += ["--server.headless=true", "--browser.gatherUsageStats=false", "--logger.level=warning"]
    address = f"http://127.0.0.1:{free}"
    with contextlib.ExitStack() as children:
        started = starting(command, project_environment(), cwd=HERE, stdout=subprocess.DEVNULL)
        process = children.enter_context(started)
        if not wait_until_up(address, lambda: process.poll() is None):
            raise refusal("no_server")
        shown = address if language() == "fr" else address + "/?lang=en"  # the pages are French by default
        say("serving", address=shown)
        for verb in beside:
            children.enter_context(starting([str(python()), "-m", "pipelines", *verb], project_environment()))
        if browser and has_screen():
            threading.Thread(target=webbrowser.open, args=(shown,), daemon=True).start()
        return process.wait()


def free_port(wanted: int) -> int:
    """The wanted port if nobody listens there, else any that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            if os.name != "nt":  # there it would let two listen at once
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise refusal("no_server")


def wait_until_up(address: str, alive: Callable[[], bool]) -> bool:
    """Whether the dashboard answers; False once it is no longer alive."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    while alive():
        with contextlib.suppress(OSError), direct.open(address + "/_stcore/health", timeout=2) as answer:
            if answer.status == 200:
                return True
        time.sleep(0.2)
    return False


def has_screen() -> bool:
    """Whether a window can open; without one, Python would start a text browser in this terminal."""
    return sys.platform in ("win32", "darwin") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def main(arguments: list[str]) -> int:
    if arguments[:1] in (["--help"], ["-h"]):
        print(sentence("help"))
        return 0
    if arguments[:1] == ["serve"]:
        arguments = arguments[1:]
    elif arguments and not arguments[0].startswith("-"):
        set_up()
        if arguments[0] == "test":
            return run("pytest", "-n", "auto", "--dist", "loadfile", *arguments[1:], folder=HERE)
        return run("pipelines", *arguments)
    options = argparse.ArgumentParser(add_help=False, usage=sentence("help"))
    options.add_argument("--no-browser", action="store_true")
    options.add_argument("--port", type=int, choices=range(1, 65536), default=USUAL_PORT, metavar="N")
    options.add_argument("--sync-every", default="", metavar="15m")
    options.add_argument("--alert-weekly", default="", metavar="mon@08:00")
    chosen = options.parse_args(arguments)
    set_up()
    build_data()
    verbs = [["sync", "--every", chosen.sync_every], ["alert", "--weekly", chosen.alert_weekly]]
    return serve(chosen.port, not chosen.no_browser, [verb for verb in verbs if verb[-1]])


def stop(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
