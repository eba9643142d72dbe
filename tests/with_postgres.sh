#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own: VESTURE_TEST_DATABASE_URL names its empty database.
#
#     tests/with_postgres.sh COMMAND [ARGUMENT...]
#
# The server listens on a socket in a folder that is removed afterwards, whatever happened. Debian's package is
# installed when no server is there; as root it runs as the user `postgres`, since it refuses root.
set -euo pipefail

find_bin() { # the newest of Debian's, else what the PATH has
    local program
    found=
    for program in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
        if [ -x "$program" ] && [ -x "$(dirname "$program")/pg_ctl" ]; then
            found=$(dirname "$program")
        fi
    done
    [ -n "$found" ]
}

if ! find_bin; then
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -q
    # The package brings a cluster of its own, which is not touched.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends postgresql
    find_bin || { echo "no PostgreSQL server can be found or installed" >&2; exit 1; }
fi

folder=$(mktemp -d)
as_server=()
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
    chown postgres "$folder"
    as_server=(runuser -u postgres --)
fi

stop() {
    "${as_server[@]}" "$found/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT

cd "$folder"
# Nothing of it shall survive, so nothing is flushed; everybody who reaches the socket is trusted.
"${as_server[@]}" "$found/initdb" -D "$folder/data" -U vesture -A trust --no-sync >"$folder/initdb.log"
"${as_server[@]}" "$found/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" -o "-c listen_addresses='' \
    -c unix_socket_directories='$folder' -c fsync=off -c full_page_writes=off" start >/dev/null
chmod 755 "$folder"
cd "$OLDPWD"

VESTURE_TEST_DATABASE_URL="postgresql://vesture@/postgres?host=$folder" "$@"
