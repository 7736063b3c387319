#!/bin/sh
# Makes a bare machine ready: `sh deploy/setup.sh`, or with `test` for what the tests
# need besides. It does each thing once; a run that finds all in place is silent.
set -eu
HOME=${HOME:-/root}
cd "$(dirname "$0")/.."

export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
uv=var/boot/bin/uv
python=

say() { echo "$*" >&2; }

newest_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

has_java() {
    version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p') || return 1
    [ "${version:-0}" -ge 17 ]
}

has_chromium() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    ls -d "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-* \
        >/dev/null 2>&1
}

# Debian's packages for what is missing, in the words that apt understands.
missing() {
    python=$(newest_python)
    if [ -z "$python" ]; then
        echo python3 python3-venv
    elif ! [ -x "$uv" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3-venv
    fi
    has_java || echo "${JAVA_PACKAGE:-default-jre-headless}"
    [ -e var/kafka/lib/fetched.sha256 ] || command -v mvn >/dev/null 2>&1 || echo maven
    [ "${1:-}" != test ] || has_chromium || echo chromium
}

# An older release's default is Java 11; such a release has 17 under its own name.
java_package() {
    if apt-cache show openjdk-17-jre-headless >/dev/null 2>&1; then
        echo openjdk-17-jre-headless
    else
        echo default-jre-headless
    fi
}

one_line() {
    if command -v apt-get >/dev/null 2>&1; then
        echo "sudo apt-get update && sudo apt-get install -y $*"
    elif command -v dnf >/dev/null 2>&1; then
        echo "sudo dnf install -y python3 java-21-openjdk-headless maven chromium"
    elif command -v pacman >/dev/null 2>&1; then
        echo "sudo pacman -S --needed python jre-openjdk-headless maven chromium"
    elif command -v brew >/dev/null 2>&1; then
        echo "brew install python@3.13 openjdk@21 maven chromium"
    else
        echo "install Python 3.11+ with venv, Java 17+, Maven, Chromium ($*)"
    fi
}

install_missing() {
    wanted=$(missing "$@" | tr '\n' ' ')
    [ -n "$wanted" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        say "Missing: $wanted"
        say "Install with: $(one_line $wanted)"
        exit 1
    fi
    say "Installing: $wanted"
    apt-get update -q >&2
    JAVA_PACKAGE=$(java_package)
    wanted=$(missing "$@")
    # Ubuntu's Chromium is a snap, not a package: there Playwright brings its own.
    apt-cache show chromium >/dev/null 2>&1 || wanted=$(missing)
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $wanted >&2
    wanted=$(missing | tr '\n' ' ')
    if [ -n "$wanted" ]; then
        say "Still missing after installing: $wanted"
        say "Throughline needs Python 3.11+, Java 17+ and Maven."
        exit 1
    fi
}

get_uv() {
    if "$uv" --version >/dev/null 2>&1; then return; fi
    say "Fetching uv"
    rm -rf var/boot
    "$python" -m venv var/boot
    var/boot/bin/pip install -q --disable-pip-version-check \
        --require-hashes -r deploy/local/boot.lock >&2
}

# What the environment was made from: it is made again when any of it changes.
inputs() {
    { cat requirements.lock pyproject.toml; pwd; "$python" --version; } | sha256sum
}

fill_venv() {
    if [ "$(cat .venv/made-from 2>/dev/null)" = "$(inputs)" ]; then return; fi
    say "Filling .venv from requirements.lock"
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null ||
        "$uv" venv -q --clear --python "$python" .venv
    "$uv" pip sync -q --python .venv/bin/python --require-hashes requirements.lock
    "$uv" pip install -q --python .venv/bin/python --no-deps \
        --no-build-isolation -e .
    inputs >.venv/made-from
}

get_chromium() {
    if [ "${1:-}" != test ] || has_chromium; then return; fi
    say "Fetching Chromium"
    .venv/bin/playwright install --with-deps chromium >&2
}

# The MESH sandbox pins other versions than ours, and so has an environment of its own.
get_sandbox() {
    if [ "${1:-}" != test ]; then return; fi
    wanted=$({ cat deploy/local/mesh.lock; "$python" --version; } | sha256sum)
    if [ "$(cat var/mesh/made-from 2>/dev/null)" = "$wanted" ]; then return; fi
    say "Fetching the MESH sandbox"
    if "$uv" venv -q --clear --python "$python" var/mesh &&
        "$uv" pip sync -q --python var/mesh/bin/python --require-hashes \
            deploy/local/mesh.lock; then
        echo "$wanted" >var/mesh/made-from
    else
        say "The MESH sandbox cannot be installed here: its tests are skipped."
        rm -rf var/mesh
    fi
}

install_missing "$@"
python=$(newest_python)
get_uv
fill_venv
get_chromium "$@"
get_sandbox "$@"
.venv/bin/python -m deploy.local.jars
