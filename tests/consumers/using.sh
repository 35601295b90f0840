#!/usr/bin/env bash
# using.sh SECTION CMAKE SOURCE COMPILER OPENMP DIRECTORY [BUILD FLAGS]: does what a section of docs/using.md
# says, and fails unless the program prints what the page says. OPENMP is ON or OFF. Section 6 installs BUILD
# in place of building the library, and its program has the FLAGS that BUILD asks for.
set -euo pipefail

command -v git > /dev/null || { echo "skipped: no git"; exit 77; }
section=$1 cmake=$(command -v "$2") source=$(realpath "$3") compiler=$(command -v "$4") openmp=$5 build=${7-} flags=${8-}
if [[ $section == 4* ]]; then
  for tool in pkg-config make; do
    command -v "$tool" > /dev/null || { echo "skipped: no $tool"; exit 77; }
  done
fi
rm -rf "$6"
mkdir -p "$6"
cd "$6"
top=$PWD log=$PWD/log.txt
: > "$log"
trap '[[ $? == 0 ]] || tail -n 60 "$log"' EXIT
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE CXX CXXFLAGS MAKEFLAGS

# The repository of whoever follows the page: this tree, with a tag.
mkdir repository
cp -r "$source"/{CMakeLists.txt,CMakePresets.json,LICENSE,THIRD_PARTY.md,cmake,include,src} repository
git -C repository init --quiet
git -C repository add --all
git -C repository -c user.name=test -c user.email=test@localhost commit --quiet --no-verify --message=snapshot
git -C repository tag v1

# The tools that the page names, for the compiler under test.
mkdir bin
cat > bin/cmake << TEXT
#!/usr/bin/env bash
set -euo pipefail
case " \$* " in
  *" -S "*)
    set -- "\$@" -G Ninja -D CMAKE_CXX_COMPILER="$compiler" -D CMAKE_CXX_FLAGS="$flags" \
      -D CMAKE_CXX_FLAGS_RELEASE=-O0 -D ADAFUSE_OPENMP=$openmp ;;
  *" --build adafuse/build/library "*) set -- "\$@" --target help ;;
  *" --install adafuse/build/library "*) set -- --install "$build" "\${@:3}" ;;
esac
"$cmake" "\$@" >> "$log" 2>&1
TEXT
threads=-pthread
[[ $openmp == OFF ]] || threads=-fopenmp
cat > bin/g++ << TEXT
#!/usr/bin/env bash
exec "$compiler" "\$@" $threads -O0
TEXT
chmod +x bin/*
export PATH=$PWD/bin:$PATH

# blocks HEADING KIND: what the page has of a kind below a heading.
blocks() {
  awk -v heading="## $1" -v kind="\`\`\`$2" '
    /^## / { here = index($0, heading) == 1 }
    /^```/ { inside = !inside && $0 == kind; next }
    here && inside' "$source/docs/using.md" | sed "s|\bURL\b|file://$top/repository|; s|\bTAG\b|v1|"
}

# pkg-config's section says what to do about blanks.
directory="my project"
[[ $section != 4* ]] || directory=project
mkdir "$directory"
cd "$directory"
blocks "The program" cpp > main.cpp
diff <(grep -v '^//' "$source/tests/consumers/program/main.cpp") main.cpp
for file in cmake:CMakeLists.txt make:Makefile; do
  blocks "$section" "${file%%:*}" > text
  [[ ! -s text ]] || mv text "${file#*:}"
done
blocks "$section" sh > ../commands.sh
programs=$(grep -c '^\./' ../commands.sh) || { echo "the page has no section $section that runs a program"; exit 1; }
for ((i = 0; i < programs; ++i)); do blocks "The program" text; done > ../expected.txt
bash -e ../commands.sh > ../printed.txt 2>> "$log"
grep -v '^g++ ' ../printed.txt | diff ../expected.txt -
if [[ $section == 6* ]]; then
  grep -q adafuse_compiled "$log" || { echo "the page's library has no target adafuse_compiled"; exit 1; }
fi
