#!/bin/sh
# Installs the npm packages of one folder, and builds it when asked; does nothing when nothing has changed.
#   tools/npm_steps.sh install|build FOLDER
set -eu

step=$1
folder=$2
stamp=$folder/node_modules/.doorcheck-$step

if ! node --version >/dev/null 2>&1 || ! npm --version >/dev/null 2>&1; then
	if [ -n "${CI:-}" ]; then
		echo "$folder: npm $step needs Node 20 or newer with npm, and neither is on the PATH" >&2
		exit 1
	fi
	echo "skipped: npm $step of $folder, because there is no Node with npm on the PATH"
	exit 0
fi

newer_than() {
	find "$folder" \( -name node_modules -o -name .next \) -prune -o \
		-type f ! -name '*.db' ! -name '*.db-*' ! -name next-env.d.ts ! -name '*.tsbuildinfo' -newer "$1" -print
}

installed=$folder/node_modules/.doorcheck-install
if [ ! -f "$installed" ] || [ "$folder/package-lock.json" -nt "$installed" ]; then
	echo "npm ci in $folder"
	(cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
	mkdir -p "$folder/node_modules"
	touch "$installed"
fi

if [ "$step" = build ] && { [ ! -f "$stamp" ] || [ -n "$(newer_than "$stamp")" ]; }; then
	echo "npm run build in $folder"
	(cd "$folder" && npm run build)
	touch "$stamp"
fi
