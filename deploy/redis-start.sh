#!/bin/sh
# Start the broker of docker-compose.yml behind a password: `sh redis-start.sh FOLDER COMMAND…`.
#
# The password is that of REDIS_PASSWORD where it is set. Otherwise the first start makes one and keeps it. FOLDER is a
# volume that only redis and the services that use it mount: `url` in it is their CELERY_BROKER_URL.
set -eu
folder=$1; shift
password=${REDIS_PASSWORD:-}
if [ -z "$password" ] && [ -s "$folder/password" ]; then
  password=$(cat "$folder/password")
elif [ -z "$password" ]; then
  password=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
fi
case $password in
  *[!A-Za-z0-9._~-]*) echo "REDIS_PASSWORD may hold letters, digits and . _ ~ - alone: it is a part of an address." >&2; exit 1 ;;
esac
# Readable for the services' own users, which are others than ours; nothing but them mounts the volume.
umask 022
printf '%s' "$password" >"$folder/password"
printf 'redis://:%s@%s:6379/1' "$password" "${REDIS_HOST:-redis}" >"$folder/url"
printf 'requirepass %s\n' "$password" >"$folder/redis.conf"
unset REDIS_PASSWORD
exec "$@"
