#!/usr/bin/env bash
# Tries a .deb where nothing else is: a fresh Debian 12 without Python, a real X server, an ordinary user.
# Installs it, runs the self-test, takes a picture of the window, upgrades, removes, purges.
#
#   sudo packaging/linux/smoke.sh dist/opsconsole_VERSION_amd64.deb [WINDOW.png]
#
# Needs root, debootstrap and Xvfb. KEEP=1 leaves the system (under SMOKE_ROOT or /tmp) for a look.
set -euo pipefail

package=$(readlink -f "${1:?usage: smoke.sh PACKAGE.deb [WINDOW.png]}")
picture=$(readlink -f "${2:-build/window.png}")
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

# Everything below runs in a mount namespace of its own: no mount is left behind, however this ends.
if [ -z "${SMOKE_INSIDE:-}" ]; then
  SMOKE_INSIDE=1 exec unshare --mount --propagation private "${BASH_SOURCE[0]}" "$package" "$picture"
fi

work=$(mktemp -d "${SMOKE_ROOT:-/tmp}/opsconsole-smoke-XXXXXX")
root=$work/debian
display_pid=
window_pid=
finish() {
  for pid in $window_pid $display_pid; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  umount -R "$root/proc" "$root/dev" "$root/tmp/.X11-unix" 2>/dev/null || true
  if [ -n "${KEEP:-}" ]; then echo "Kept: $root"; else rm -rf --one-file-system "$work"; fi
}
trap finish EXIT

say() { printf '\n== %s\n' "$*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
inside() {
  timeout --kill-after=10 "${LIMIT:-600}" chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}
# The program, as an ordinary user on the real X server.
as_user() { inside setpriv --reuid ana --regid ana --init-groups env HOME=/home/ana DISPLAY="$display" XDG_RUNTIME_DIR=/run/ana "$@"; }
status() { inside dpkg-query -W -f '${db:Status-Status} ${Version}' opsconsole 2>/dev/null || true; }

say "a fresh Debian 12"
debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" 2>&1 || { tail -20 "$work/debootstrap.log"; exit 1; }
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
if inside sh -c 'command -v python3'; then fail "this system has Python, it proves nothing"; fi
inside useradd --create-home ana
inside install -d -o ana -g ana -m 700 /run/ana

say "an X server outside of it"
mkfifo "$work/number"
Xvfb -displayfd 7 -ac -nolisten tcp -screen 0 1366x768x24 -fbdir "$work" 7>"$work/number" 2>"$work/xvfb.log" &
display_pid=$!
display=:$(timeout 30 cat "$work/number" | head -n 1)
mkdir -p "$root/tmp/.X11-unix"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
echo "display $display"

say "install $(basename "$package")"
cp "$package" "$root/tmp/opsconsole.deb"
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /tmp/opsconsole.deb >"$work/install.log" 2>&1 || { tail -30 "$work/install.log"; fail "installation"; }
if inside sh -c 'command -v python3'; then fail "the package brought Python along"; fi
status; echo
[ "$(inside sh -c 'dpkg --audit')" = "" ] || fail "dpkg finds the system broken"

say "self-test"
as_user opsconsole --version
LIMIT=300 as_user opsconsole self-test || fail "self-test"

say "the window"
as_user opsconsole --demo >"$work/window.log" 2>&1 &
window_pid=$!
for attempt in $(seq 60); do
  sleep 2
  kill -0 "$window_pid" 2>/dev/null || { cat "$work/window.log"; fail "the window closed by itself"; }
  if /usr/bin/env python3 "$here/xwd_to_png.py" "$work/Xvfb_screen0" "$picture" && [ "$attempt" -ge "${SETTLE:-15}" ]; then
    break
  fi
done
[ -s "$picture" ] || fail "nothing was drawn within two minutes"
echo "picture: $picture"
kill "$window_pid"
wait "$window_pid" 2>/dev/null || true
window_pid=
! grep -rq Traceback "$root/home/ana/.local/share/opsconsole" "$work/window.log" --include='*.log' || fail "a fault of the program: look at the picture"
sed 's/^/  window said: /' "$work/window.log"

say "upgrade"
dpkg-deb -R "$package" "$work/next"
sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
rm "$work/next/usr/share/doc/opsconsole/CHANGELOG.md"
sed -i '/CHANGELOG.md$/d' "$work/next/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zgzip -z1 --build "$work/next" "$root/tmp/next.deb" >/dev/null
rm -rf "$work/next"
inside ls -A /home/ana/.local/share >"$work/data-before" 2>/dev/null || true
inside apt-get install -y -qq /tmp/next.deb >"$work/upgrade.log" 2>&1 || { tail -30 "$work/upgrade.log"; fail "upgrade"; }
case "$(status)" in "installed "*+next) status; echo ;; *) fail "after the upgrade: $(status)" ;; esac
[ ! -e "$root/usr/share/doc/opsconsole/CHANGELOG.md" ] || fail "a file that the new version lacks is still there"
LIMIT=300 as_user opsconsole self-test || fail "self-test after the upgrade"

say "remove and purge"
inside apt-get remove -y -qq opsconsole >/dev/null 2>&1 || fail "removal"
[ ! -e "$root/usr/lib/opsconsole" ] && [ ! -L "$root/usr/bin/opsconsole" ] || fail "files are left after the removal"
inside dpkg --purge opsconsole >/dev/null 2>&1 || fail "purge"
[ "$(status)" = "" ] || fail "dpkg still knows it: $(status)"
left=$(find "$root/usr" "$root/etc" "$root/var" -xdev -iname '*opsconsole*' -not -path '*/apt/*' || true)
[ -z "$left" ] || fail "left behind: $left"
inside ls -A /home/ana/.local/share >"$work/data-after" 2>/dev/null || true
cmp -s "$work/data-before" "$work/data-after" || fail "the user's data changed"
echo "nothing of the program is left, the user's data is untouched: $(tr '\n' ' ' <"$work/data-after")"

say "passed"
