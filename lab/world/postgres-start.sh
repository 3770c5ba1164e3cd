#!/bin/sh
# Makes a database cluster with the databases named in $DATABASES, then runs the server.
set -eu

PGDATA=/var/lib/postgresql/data
PATH=$PATH:$(echo /usr/lib/postgresql/*/bin)

if ! [ -s "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata "$PGDATA" --username postgres --pwfile /run/secrets/postgres \
    --auth scram-sha-256 --encoding UTF8 --locale C --no-sync > /dev/null
  for database in $DATABASES; do
    echo "CREATE DATABASE $database;" | postgres --single -D "$PGDATA" -j postgres > /dev/null
    # Rows and an index, so that the pg_stat_user_* and pg_statio_user_* families have something to count.
    postgres --single -D "$PGDATA" -j "$database" > /dev/null <<'SQL'
CREATE TABLE item (id int PRIMARY KEY, note text);

INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 1000) AS i;

SQL
  done
  echo "host all postgres samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"
fi

# No socket: nothing in the container uses it. jit: LLVM is not in the image. fsync: the lab's data may go.
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories= \
  -c jit=off -c fsync=off -c shared_buffers=32MB
