# Runs inside a desktop's container: prints what is not as it should be, and nothing when the desktop is whole.
cd "$XDG_RUNTIME_DIR/deskreel/services" 2>/dev/null || { echo 'supervision has not begun'; exit 0; }
for service in *; do
  if [[ $service != agent && $(s6-svstat -o ready "$service") != true ]]; then
    echo "$service is not ready"
  elif [[ -x $service/data/check ]]; then
    (cd "$service" && ./data/check >/dev/null 2>&1) || echo "$service fails its check"
  fi
done
/usr/local/lib/deskreel/healthy 2>/dev/null || echo 'the agent is not well'

# Panel and background are on the accessibility bus that new applications get.
address=$(dbus-send --session --print-reply=literal --reply-timeout=2000 --dest=org.a11y.Bus \
  /org/a11y/bus org.a11y.Bus.GetAddress)
root=/org/a11y/atspi/accessible/root
on_bus() { dbus-send --bus="${address// /}" --print-reply --reply-timeout=1000 "$@"; }
names=$(
  on_bus --dest=org.a11y.atspi.Registry $root org.a11y.atspi.Accessible.GetChildren |
    grep -o '":[^"]*"' | tr -d '"' |
    while read -r application; do
      on_bus --dest="$application" $root org.freedesktop.DBus.Properties.Get \
        string:org.a11y.atspi.Accessible string:Name
    done
)
for name in xfce4-panel xfdesktop; do
  [[ $names == *"\"$name\""* ]] || echo "$name has no accessibility tree"
done
