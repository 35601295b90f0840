#!/usr/bin/env bash
# release.sh SOURCE DIRECTORY: releases of a small repository that has this tree's files of a version. What is
# refused changes nothing.
set -euo pipefail

command -v git > /dev/null || { echo "skipped: no git"; exit 77; }
source=$(realpath "$1")
rm -rf "$2"
mkdir -p "$2"
cd "$2"
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
fail() {
  echo "FAILED: $*"
  exit 1
}
mkdir -p include/adafuse scripts .ci
cp "$source/include/adafuse/version.hpp" include/adafuse
cp "$source/scripts/release" scripts
cp "$source/CITATION.cff" .
printf '# Changelog\n\n## Unreleased\n### Added\n- What is new.\n' > CHANGELOG.md
# In place of the real checks, which take an hour.
printf '#!/usr/bin/env bash\necho checked >> .git/checked\n[[ ! -e .git/broken ]]\n' > .ci/run
chmod +x .ci/run
git init --quiet
git checkout --quiet -b main
git add --all
git commit --quiet --message=tree
said=.git/said.txt

before=$(git rev-parse HEAD)
refused() { # refused WHY ARGUMENTS...
  ! scripts/release "${@:2}" > "$said" 2>&1 || fail "takes ${*:2}"
  grep -qF -- "$1" "$said" || fail "does not say '$1': $(cat "$said")"
  [[ $(git rev-parse HEAD) == "$before" && -z $(git diff HEAD) ]] || fail "${*:2} was refused, and changed something"
}
version=$(sed -n 's/^#define ADAFUSE_VERSION "\(.*\)"/\1/p' include/adafuse/version.hpp)
next=${version%%.*}.$(($(cut -d. -f2 <<< "$version") + 1)).0

refused usage:
refused usage: 1.0.0 2.0.0
for bad in 1.2 v1.2.3 1.2.3.4 01.2.3 1.2.3-rc1 '1.2.x' '' '1.2.3 '; do refused 'a version is major.minor.patch' "$bad"; done
refused 'is older than' 0.0.1
touch stray
refused 'not clean' "$next"
rm stray
echo >> CITATION.cff
! scripts/release "$next" > "$said" 2>&1 || fail "takes a changed tree"
grep -q 'not clean' "$said" || fail "$(cat "$said")"
git checkout --quiet CITATION.cff
git checkout --quiet -b other
refused 'releases are made on main' "$next"
git checkout --quiet main
git tag "v$next"
refused "the tag v$next is there already" "$next"
git tag --delete "v$next" > /dev/null
[[ ! -e .git/checked ]] || fail "what is refused is checked for an hour"
touch .git/broken
refused '.ci/run does not pass' "$next"
rm .git/broken .git/checked

# A rehearsal changes nothing and shows all.
scripts/release --dry-run "$next" > "$said"
[[ -z $(git status --porcelain) && -z $(git tag) && ! -e .git/checked ]] || fail "a dry run does something"
for line in "+#define ADAFUSE_VERSION \"$next\"" "+## $next - " "+version: $next" "tag it v$next"; do
  grep -qF -- "$line" "$said" || fail "a dry run does not show '$line'"
done

# releases VERSION: makes it, and all places agree.
releases() {
  scripts/release "$1" > "$said"
  [[ -e .git/checked ]] || fail "a release without checks"
  [[ -z $(git status --porcelain) ]] || fail "the tree is left unclean"
  [[ $(git rev-parse "v$1^{commit}") == $(git rev-parse HEAD) && $(git cat-file -t "v$1") == tag ]] || fail "another tag"
  [[ $(git log -1 --format=%s) == "Release $1" ]] || fail "another commit"
  IFS=. read -r major minor patch <<< "$1"
  for line in "#define ADAFUSE_VERSION_MAJOR $major" "#define ADAFUSE_VERSION_MINOR $minor" \
    "#define ADAFUSE_VERSION_PATCH $patch" "#define ADAFUSE_VERSION \"$1\""; do
    grep -qxF -- "$line" include/adafuse/version.hpp || fail "version.hpp lacks $line"
  done
  [[ $(grep -c "^version: $1$" CITATION.cff) == 1 ]] || fail "CITATION.cff has another version"
  [[ $(grep -c '^date-released: [0-9-]*$' CITATION.cff) == 1 ]] || fail "CITATION.cff has not one date"
}
releases "$next"
[[ $(sed -n 3,5p CHANGELOG.md) == $'## Unreleased\n\n## '"$next - $(date --utc +%F)" ]] || fail "$(cat CHANGELOG.md)"
before=$(git rev-parse HEAD)
refused "the tag v$next is there already" "$next"
refused 'says nothing under' 900.0.0
sed -i 's/^## Unreleased$/&\n- More./' CHANGELOG.md
git commit --quiet --all --message=more
releases 900.10.2
