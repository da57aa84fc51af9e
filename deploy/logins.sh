#!/bin/sh
# The logins of compose.yaml, made by the image of PostgreSQL as its superuser, once, where the volume is empty. One owns the
# schema and migrates it; that of the service can neither change the schema nor pass by row-level security.
set -eu
psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner_password="$(cat /run/secrets/owner_password)" \
  --set service_password="$(cat /run/secrets/service_password)" <<'SQL'
CREATE ROLE vouch_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE vouch LOGIN PASSWORD :'service_password';
-- Made here since the service's login needs them before the first migration, which finds them.
CREATE ROLE vouch_service NOLOGIN NOINHERIT;
CREATE ROLE vouch_system NOLOGIN NOINHERIT;
GRANT vouch_service, vouch_system TO vouch_owner WITH ADMIN OPTION;
GRANT vouch_service, vouch_system TO vouch;
SELECT format('ALTER DATABASE %I OWNER TO vouch_owner', current_database()) \gexec
SQL
