#!/usr/bin/env bash
# Every mistake is one clear line and exit code 2, and costs nobody a file.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 16 --frames 4
tiny="train --data data --out new --frames 4 --stem-stride 2"
works train --data data --out run --fusion adafuse --policy-hidden 4 --frames 4 --stem-stride 2 \
  --epochs 2 --batch 9
works train --data data --out dense --frames 4 --stem-stride 2 --epochs 1 --batch 9
works train --data data --out random --fusion adafuse --policy random:0.4,0.3,0.3 --frames 4 \
  --stem-stride 2 --epochs 1 --batch 9
mkdir full && echo mine >full/config.json && echo mine >full/notes.txt
echo mine >file

# Commands and options that there are not, or that are missing.
mistake "subcommand is required"
mistake "there is no command 'trian', did you mean train?" trian --data data
mistake "there is no command 'sing' (see" sing
mistake "did you mean --model?" $tiny --modle resnet8
mistake "not expected: --epohcs=3, did you mean --epochs?" $tiny --epohcs=3
mistake "not expected: --colour (see" $tiny --colour
mistake "--verbose" $tiny --verbose
mistake "extra" $tiny extra
mistake "--data is required" train --out new
mistake "--out is required" train --data data
mistake "--run is required" eval --data data
mistake "--out is required" gestures
mistake "--epochs" $tiny --epochs 1 --epochs 2
mistake "--epochs" $tiny --epochs

mistake "stem-stride: at most 8, got 100" train --data data --out new --frames 4 --stem-stride 100
mistake "from 0 to 1, got 2" $tiny --batch 9 --fusion adafuse --cost-target 2
mistake "frames: a clip has at most 4096, got 100000" train --data data --out new --frames 100000
mistake "--run: expects the directory of a run, got the file run/best.safetensors; --weights takes a file" \
  eval --run run/best.safetensors --data data
for command in "predict run/best.safetensors data/frames/val_000000" "report run/best.safetensors" \
  "stream run/best.safetensors data/frames/val_000000"; do
  mistake "RUN: expects the directory of a run, got the file run/best.safetensors" $command
done
mistake "--resume: expects the directory of a run, got the file run/last.safetensors" \
  train --resume run/last.safetensors

# Words that name nothing.
mistake "got 'resnet9'" $tiny --batch 9 --model resnet9
mistake "got 'late'" $tiny --batch 9 --fusion late
mistake "got 'lerned'" $tiny --batch 9 --fusion adafuse --policy lerned
mistake "got 'adamx'" $tiny --batch 9 --optimizer adamx
mistake "got 'linear'" $tiny --batch 9 --schedule linear
mistake "got 'free'" $tiny --batch 9 --fusion adafuse --cost free
mistake "got 'cubic'" $tiny --batch 9 --fusion adafuse --cost-loss cubic
mistake "got 'score'" $tiny --batch 9 --fusion adafuse --estimator score
mistake "got 'sum'" $tiny --batch 9 --fusion adafuse --policy-pool sum
mistake "expects 1, 2 or 3, got 4" $tiny --batch 9 --fusion adafuse --policy-layers 4
mistake "policy-sees: expects both, now, memory or none, got 'past'" $tiny --batch 9 --fusion adafuse --policy-sees past
mistake "actions: expects keep,reuse,skip, keep,skip or keep,reuse, got 'skip'" \
  $tiny --batch 9 --fusion adafuse --actions skip
mistake "three shares" $tiny --fusion adafuse --policy random:0.5,0.5
mistake "add up to 1" $tiny --fusion adafuse --policy random:0.5,0.5,0.5
mistake "add up to 1" $tiny --fusion adafuse --policy random:1.5,-0.5,0
mistake "three shares" $tiny --fusion adafuse --policy random:0.5,0.3,0.2x
mistake "three shares" $tiny --fusion adafuse --policy magnitude:0.5
mistake "add up to 1" $tiny --fusion adafuse --policy magnitude:0.5,0.5,0.5

# Options without a meaning in their combination.
for option in "--policy learned" "--lambda 0.5" "--lambda-from 1" "--lambda-rule epoch" "--cost real" "--temperature 1" \
  "--estimator gumbel" "--cost-loss squared" "--cost-target 0.5" --detach-history --policy-both; do
  mistake "${option%% *} has no effect with --fusion none" $tiny $option
  mistake "${option%% *} has no effect with --fusion tsm" $tiny --fusion tsm $option
done
mistake "--policy-hidden has no effect with --fusion none" $tiny --policy-hidden 64
mistake "--policy-hidden has no effect with --fusion tsm" describe --fusion tsm --policy-hidden 64
for option in "--policy-hidden 64" "--policy-quota 64" "--policy-relative 2" "--policy-layers 3" \
  "--policy-pool max" "--policy-groups-of 2" --shared-policy "--policy-sees now" "--actions keep,skip" "--lambda 0.5" "--lambda-from 1" \
  "--lambda-rule learned" "--cost real" "--cost-loss squared" "--cost-target 0.5" "--estimator reinforce" "--temperature 1" "--agent-clip-norm 1"; do
  for policy in keep-all random:0.5,0.3,0.2 magnitude:0.5,0.3,0.2 change:0.5; do
    mistake "${option%% *} has no effect with --policy $policy" \
      $tiny --fusion adafuse --policy $policy $option
  done
done
for option in "--lambda-rule learned" "--lambda-from 1" "--cost-loss squared" "--cost-target 0.5"; do
  mistake "${option%% *} has no effect with --lambda 0" $tiny --fusion adafuse --lambda 0 $option
done
mistake "--draws has no effect with --estimator gumbel" $tiny --fusion adafuse --draws 2
mistake "draws: from 1 to 1024, got 0" $tiny --fusion adafuse --estimator reinforce --draws 0
mistake "--agent-clip-norm" $tiny --fusion adafuse --agent-clip-norm 0
mistake "a threshold is at least 0, got -1" $tiny --fusion adafuse --policy change:-1
mistake "--temperature has no effect with --estimator reinforce" \
  $tiny --fusion adafuse --estimator reinforce --temperature 1
mistake "--detach-history has no effect with --policy keep-all" \
  $tiny --fusion adafuse --policy keep-all --detach-history
for option in "--policy-hidden 64" "--policy-quota 64" "--policy-relative 2"; do
  mistake "${option%% *} has no effect with --policy-layers 1" \
    describe --fusion adafuse --policy-layers 1 $option
done
for option in "--policy-hidden 64" "--policy-quota 64" "--policy-relative 2" "--policy-layers 3" "--policy-pool max" \
  --shared-policy; do
  mistake "${option%% *} has no effect with --policy-sees none" \
    describe --fusion adafuse --policy-sees none $option
done
for option in "--policy-layers 2" --shared-policy; do
  mistake "${option%% *} has no effect with --policy-sees memory: its layers are an LSTM and one linear of its own" \
    describe --fusion adafuse --policy-sees memory $option
done
for option in "--policy-sees now" "--policy-sees memory" "--actions keep,skip"; do
  mistake "${option%% *} has no effect with --fusion none" $tiny $option
  mistake "${option%% *} has no effect with --fusion tsm" describe --fusion tsm $option
done
mistake "--policy-quota excludes --policy-relative" \
  describe --fusion adafuse --policy-relative 2 --policy-quota 64
mistake "--policy-hidden excludes --policy-relative" \
  describe --fusion adafuse --policy-relative 2 --policy-hidden 64
mistake "its units have one decision each" describe --model bninception --fusion adafuse --policy-both
mistake "16 channels do not make groups of 3" describe --fusion adafuse --policy-groups-of 3
mistake "--lambda-from 5 has no effect in 5 epochs" \
  $tiny --fusion adafuse --epochs 5 --lambda-from 5
for rule in half-learned learned-squared learned left-chance; do
  mistake "--lambda-from has no effect with --lambda-rule $rule" \
    $tiny --fusion adafuse --lambda-rule $rule --lambda-from 1
done
mistake "lambda-rule: expects half-learned, learned, learned-squared, left-chance or epoch, got 'learnt'" \
  $tiny --fusion adafuse --lambda-rule learnt
mistake "--size" $tiny --shorter-side 20
mistake "this model decides nothing" eval --run dense --data data --policy keep-all
mistake "this model decides nothing" eval --run dense --data data --sample
mistake "trained without agents" eval --run random --data data --policy learned
mistake "--sample has no effect" eval --run run --data data --policy keep-all --sample
mistake "--seed has no effect" eval --run run --data data --seed 3
mistake "--seed has no effect" eval --run run --data data --policy magnitude:0.5,0.3,0.2 --seed 3

# Numbers that are none, or that nothing can be done with.
plain="train --data data --out new --fusion adafuse"
for option in --epochs --batch --frames --stem-stride --policy-hidden; do
  [ $option = --batch ] && rest="" || rest="--batch 9"
  for number in 0 -1; do mistake "must be positive, got $number" $plain $rest $option $number; done
  for junk in 3x 2.5 x "" " 3" nan 99999999999999999999; do
    mistake "$option: expects a whole number, got '$junk'" $plain $option "$junk"
  done
done
for option in --rate --clip-norm --temperature; do
  for number in 0 -1 nan inf; do
    mistake "${option#--}: must be positive, got $number" $tiny --batch 9 --fusion adafuse $option $number
  done
  mistake "$option: expects a number, got '3x'" $tiny --fusion adafuse $option 3x
  mistake "$option: expects a number, got ''" $tiny --fusion adafuse $option ""
done
for number in -1 nan; do
  for option in --lambda --weight-decay; do
    mistake "${option#--}: must not be negative" $tiny --batch 9 --fusion adafuse $option $number
  done
  mistake "from 0 to 1, got $number" $tiny --batch 9 --fusion adafuse --cost-target $number
done
mistake "lambda-from: must not be negative" $tiny --fusion adafuse --lambda-from -1
for number in -0.1 1 nan; do mistake "Dropout" $tiny --batch 9 --dropout $number; done
for number in -1 1.5 3x 18446744073709551616; do
  mistake "--seed: expects a whole number from 0" $tiny --seed $number
  mistake "--seed: expects a whole number from 0" gestures --out new --seed $number
done
for number in 0 -1 3x 1e9; do mistake "--threads" $tiny --threads $number; done
mistake "size is at least 0" $tiny --batch 9 --size -1
mistake "does not hold a crop" $tiny --batch 9 --size 12 --shorter-side 8
mistake "do not fill one batch of 32" $tiny --epochs 1
mistake "batch_size is at least 1" eval --run run --data data --batch 0
mistake "pixels" describe --size 0
mistake "classes must be positive" describe --classes 0
mistake "at least 1 training" gestures --out new --train 0
mistake "at least 2 frames" gestures --out new --frames 1
mistake "at least 8x8" gestures --out new --size 4
mistake "epochs: must be positive" demo --out new --epochs 0
mistake "do not fill one batch" demo --out new --train 9

# Places that are missing, taken or no directories.
mistake "nowhere: there is no such directory" train --data nowhere --out new
mistake "nowhere/best.safetensors" eval --run nowhere --data data
mistake "nowhere: there is no such directory" eval --run run --data nowhere
for command in "$tiny --batch 9 --out" "demo --out" "gestures --out"; do
  for place in full file file/new; do
    mistake "$place" ${command/--out new/} $place
  done
done
mistake "gestures" gestures --out run
mistake "data: holds \"" ${tiny/--out new/} --batch 9 --out data
mistake "run: holds" demo --out run
mistake "run: holds \"" demo --out run --overwrite
mistake "full: holds \"notes.txt\"" ${tiny/--out new/--out full} --batch 9 --overwrite

# Files that have no end, that are none, or that are nested too deep.
mkfifo pipe
for place in /dev/zero full pipe; do
  mistake "$place: expected a file, got a" convert $place out.safetensors
  mistake "$place: expected a file, got a" forward --weights $place --classes 2 --input $place --output o.safetensors
done
mistake "/dev/stdin: expected a file, got a pipe" convert /dev/stdin out.safetensors < <(echo '{}')
deep=$(printf '[%.0s' $(seq 70000))
cp -r run nested
sed "s/\"seed\": .*/\"seed\": $deep/" run/config.json >nested/config.json
mistake "nested/config.json: nested more than 64 deep" eval --run nested --data data

# Model files that are broken.
cp -r run broken
head -c 1000 run/best.safetensors >broken/best.safetensors
mistake "broken/best.safetensors" eval --run broken --data data
echo "no model" >broken/best.safetensors
mistake "broken/best.safetensors" eval --run broken --data data
rm broken/best.safetensors
mistake "broken: has no best model yet" eval --run broken --data data
cp run/best.safetensors broken/
sed 's/"seed"/"sead"/' run/config.json >broken/config.json
mistake 'broken/config.json: "seed" is missing' eval --run broken --data data

# Data sets that are broken: lists before anything is written, frames when they are read.
cp -r data lists
echo "val_000003 4" >>lists/val.txt
mistake "lists/val.txt:10: expected" train --data lists --out new --batch 9
mistake "lists/val.txt:10: expected" eval --run run --data lists
cp data/val.txt lists/
echo "train_000003 4 9" >>lists/train.txt
mistake "lists/train.txt:19: label 9" train --data lists --out new --batch 9
cp -r data others
echo "jump" >>others/classes.txt
mistake "its classes are not those" eval --run run --data others
cp -r data frames
rm frames/frames/val_000002/00003.jpg
mistake "val_000002/00003.jpg" eval --run run --data frames
head -c 100 data/frames/val_000002/00003.jpg >frames/frames/val_000002/00003.jpg
mistake "val_000002/00003.jpg: truncated" eval --run run --data frames
finish
