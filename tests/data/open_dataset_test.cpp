// A small folder in each layout that people have opens as it is, and what is wrong is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/description.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <string>
#include <vector>

#include "scratch_dir.hpp"
#include "written_frames.hpp"

namespace open_dataset_test {

namespace fs = std::filesystem;
using namespace adafuse;
using namespace adafuse::data;
using Names = std::vector<std::string>;

namespace {

void write(const fs::path& file, const std::string& text) { io::overwrite_file(file, text); }

/// "name/label" of each clip.
Names clips_of(const Dataset& half) {
  Names clips;
  for (Index i = 0; i < half.size(); ++i) clips.push_back(concat(half.name(i), "=", half.label(i)));
  return clips;
}

/// Every frame of a clip can be read, and the first one is the darkest.
void check_frames(const Dataset& half, Index clip, Index count) {
  REQUIRE(half.frame_count(clip) == count);
  for (Index t = 0; t < count; ++t)
    CHECK(half.frame(clip, t)(3, 3, 1) ==
          doctest::Approx(20 + 40 * static_cast<double>(t)).epsilon(0.05));
}

template <class Failure>
void check_refused(const fs::path& dir, const char* reason, const DatasetOptions& options = {}) {
  CHECK_THROWS_WITH_AS(open_dataset(dir, options), doctest::Contains(reason), Failure);
}

}  // namespace

TEST_CASE(
    "open data set: classes.txt, train.txt, val.txt and frames/, byte order marks passed over") {
  const ScratchDir dir("open-own");
  write_clip(dir.path / "frames/kick ball/a");
  write_clip(dir.path / "frames/b");
  write(dir.path / "classes.txt", "\xEF\xBB\xBFleft\r\nright\r\n");
  write(dir.path / "train.txt", "\xEF\xBB\xBFkick ball/a 3 1\r\n");
  write(dir.path / "val.txt", "b 2 0\n");
  const auto dataset = open_dataset(dir.path);
  CHECK(dataset.classes == Names{"left", "right"});
  CHECK(clips_of(dataset.train) == Names{"kick ball/a=1"});
  CHECK(clips_of(dataset.val) == Names{"b=0"});
  check_frames(dataset.train, 0, 3);
  check_frames(dataset.val, 0, 2);  // More may lie there.
  CHECK(dataset.layout == "lists train.txt and val.txt");

  write(dir.path / "val.txt", "b 4 0\n");
  check_refused<IoError>(dir.path, "frames/b/00004.jpg: is missing; the list asks for 4 frames");
  fs::remove(dir.path / "val.txt");
  check_refused<IoError>(dir.path, "val.txt: this list is missing");
  fs::remove(dir.path / "train.txt");
  check_refused<IoError>(dir.path, "train.txt: this list is missing");
  fs::remove(dir.path / "classes.txt");
  check_refused<IoError>(dir.path, "expected a folder for each class, two or more, got 1");
}

TEST_CASE("open data set: folders of frames by class, split by name") {
  const ScratchDir dir("open-classes");
  for (const char* name : {"left/a", "left/b", "left/c", "right/a_c1", "right/a_c2", "right/b_c1"})
    write_frames(dir.path / name, {"img_00000.png", "img_00001.png"});
  write(dir.path / "notes.txt", "");
  fs::create_directories(dir.path / ".cache/x");
  const auto dataset = open_dataset(dir.path);
  CHECK(dataset.classes == Names{"left", "right"});
  CHECK(dataset.train.size() + dataset.val.size() == 6);
  const auto d = describe(dataset.train, dataset.val, dataset.classes);
  for (const auto* half : {&d.train_of_class, &d.val_of_class})
    for (const Index clips : *half) CHECK(clips > 0);
  check_frames(dataset.val, 0, 2);
  CHECK(dataset.layout == "frame folders by class, split by name");
  CHECK(clips_of(dataset.val) == clips_of(open_dataset(dir.path).val));

  check_refused<ValueError>(dir.path, "--list-columns has no effect",
                            {.columns = parse_list_columns("path,label")});
  fs::remove(dir.path / "left/b/img_00000.png");
  CHECK(open_dataset(dir.path).train.size() > 0);  // It begins with 1 then.
  write_frames(dir.path / "left/b", {"img_00003.png"});
  check_refused<IoError>(dir.path, "left/b/img_00002.png: is missing");
  fs::remove_all(dir.path / "left");
  write_frames(dir.path / "left", {"00001.jpg"});
  check_refused<IoError>(dir.path, "left: expected a folder of frames for each clip");
}

TEST_CASE("open data set: folders of frames by class below train and val") {
  const ScratchDir dir("open-halves");
  for (const char* name :
       {"train/left/1", "train/left/10", "train/left/2", "train/right/x", "valid/right/y"})
    write_clip(dir.path / name);
  const auto dataset = open_dataset(dir.path);
  CHECK(clips_of(dataset.train) == Names{"left/1=0", "left/2=0", "left/10=0", "right/x=1"});
  CHECK(clips_of(dataset.val) == Names{"right/y=1"});
  CHECK(to_string(describe(dataset.train, dataset.val, dataset.classes)) ==
        "4 + 1 clips of 2 classes, 3 frames, 8x8\n"
        "1 class has no clips to validate on: \"left\"");
  write_clip(dir.path / "valid/up/z");
  check_refused<IoError>(dir.path, "valid/up: this class has no folder in");
}

TEST_CASE("open data set: lists that are named, with templates, columns and first frames") {
  const ScratchDir dir("open-lists");
  Names names;
  for (int i = 0; i < 6; ++i) {
    names.push_back(concat("image_", FrameNames{"", 5, ".jpg"}(i)));
    names.push_back(concat("flow_", FrameNames{"", 5, ".jpg"}(i)));
  }
  write_frames(dir.path / "jpegs/long film", names, 8, 8);
  write(dir.path / "a.txt", "long film 2 3 1\nlong film 0 2 0\n");
  write(dir.path / "b.txt", "long film 5 1 0\n");
  write(dir.path / "names", "0,up\n1,down\n");
  DatasetOptions options{.train_list = dir.path / "a.txt",
                         .val_list = dir.path / "b.txt",
                         .classes = dir.path / "names",
                         .frames_root = dir.path / "jpegs",
                         .names = parse_frame_names("image_%05d.jpg"),
                         .columns = parse_list_columns("path,start,count,label")};
  const auto dataset = open_dataset("", options);
  CHECK(dataset.classes == Names{"up", "down"});
  CHECK(clips_of(dataset.train) == Names{"long film=1", "long film=0"});
  CHECK(dataset.train.frame_count(0) == 3);
  CHECK(dataset.train.frame_name(0, 0) == dir.path / "jpegs/long film/image_00002.jpg");
  CHECK(dataset.train.frame_name(1, 0) == dir.path / "jpegs/long film/image_00000.jpg");

  options.columns = parse_list_columns("path,offset,count,label");
  options.first_frame = 1;
  CHECK_THROWS_WITH_AS(open_dataset("", options), doctest::Contains("image_00006.jpg: is missing"),
                       IoError);
  write(dir.path / "b.txt", "long film 4 1 0\n");
  CHECK(open_dataset("", options).val.frame_name(0, 0) ==
        dir.path / "jpegs/long film/image_00005.jpg");
  options.val_list.clear();
  check_refused<ValueError>("", "--train-list and --val-list: expects both", options);
}

TEST_CASE("open data set: path start count label is not read as path count label label") {
  const ScratchDir dir("open-mmaction");
  for (const char* clip : {"a", "b"}) write_clip(dir.path / "rawframes" / clip);
  write(dir.path / "category.txt", "x\ny\nz\nw\n");
  write(dir.path / "train_videofolder.txt", "a 1 3 2\n");
  write(dir.path / "val_videofolder.txt", "b 1 2 0\n");
  check_refused<FormatError>(
      dir.path,
      "train_videofolder.txt:1: \"a\" has 3 frames on disk, not 1 (read as path count label...; "
      "--list-columns says what the columns are)");
  const auto dataset =
      open_dataset(dir.path, {.columns = parse_list_columns("path,start,count,label")});
  CHECK(clips_of(dataset.train) == Names{"a=2"});
  CHECK(dataset.val.frame_count(0) == 2);
  write(dir.path / "train_videofolder.txt", "a 3 2 1\n");  // Labels, as the frames say.
  write(dir.path / "val_videofolder.txt", "b 2 0\n");
  CHECK(clips_of(open_dataset(dir.path).train) == Names{"a=2"});
  write(dir.path / "val_videofolder.txt", "b 0 3 1\n");
  check_refused<FormatError>(dir.path, "at least 1 frame, got 0 (read as path count label");
  write(dir.path / "val_videofolder.txt", "c 3 1\n");
  check_refused<IoError>(dir.path, "rawframes/c: expected a folder of frames");
  write(dir.path / "train_videofolder.txt", "c 3 1\n");
  check_refused<IoError>(dir.path, "train_videofolder.txt:1: there is no folder of frames \"c\"");
}

TEST_CASE("open data set: Mini-Kinetics' lists, with numbered classes") {
  const ScratchDir dir("open-mini");
  for (const char* clip : {"a", "b"}) write_clip(dir.path / clip);
  write(dir.path / "minik_classInd.txt", "1 abseiling\n2 air drumming\n");
  write(dir.path / "mini_train_videofolder.txt", "a 3 1\n");
  write(dir.path / "mini_val_videofolder.txt", "b 3 0\n");
  const auto dataset = open_dataset(dir.path);
  CHECK(dataset.classes == Names{"abseiling", "air drumming"});
  CHECK(clips_of(dataset.train) == Names{"a=1"});
}

TEST_CASE("open data set: Something-Something V1 and Jester") {
  const ScratchDir dir("open-sth1");
  for (const auto& [prefix, frames] :
       {std::pair{"something-something-v1", "20bn-something-something-v1"},
        std::pair{"jester-v1", "20bn-jester-v1"}}) {
    const std::string name = prefix;
    const auto at = dir.path / name;
    for (const char* clip : {"100218", "7"}) write_clip(at / frames / clip);
    write(at / (name + "-labels.csv"), "Swiping Left\nPutting [something], then waiting\n");
    write(at / (name + "-train.csv"), "100218;Putting [something], then waiting\n");
    write(at / (name + "-validation.csv"), "7;Swiping Left\n");
    const auto dataset = open_dataset(at);
    CHECK(clips_of(dataset.train) == Names{"100218=1"});
    CHECK(clips_of(dataset.val) == Names{"7=0"});
    check_frames(dataset.val, 0, 3);
    write(at / (name + "-validation.csv"), "7;Swiping Up\n");
    check_refused<FormatError>(at, "validation.csv:1: class \"Swiping Up\" is not among");
  }
}

TEST_CASE("open data set: Something-Something V2") {
  const ScratchDir dir("open-sth2");
  for (const char* clip : {"78687", "2"})
    write_frames(dir.path / "frames" / clip, {"000001.jpg", "000002.jpg"});
  const std::string name = "something-something-v2";
  write(dir.path / (name + "-labels.json"),
        R"({"Holding something": "0", "Moving something up": "1"})");
  write(dir.path / (name + "-train.json"),
        R"([{"id": "78687", "label": "moving cup up", "template": "Moving [something] up"}])");
  write(dir.path / (name + "-validation.json"),
        R"([{"id": 2, "template": "Holding [something]"}])");
  const auto dataset = open_dataset(dir.path);
  CHECK(dataset.classes == Names{"Holding something", "Moving something up"});
  CHECK(clips_of(dataset.train) == Names{"78687=1"});
  CHECK(clips_of(dataset.val) == Names{"2=0"});
  check_frames(dataset.train, 0, 2);
  write(dir.path / (name + "-train.json"), R"([{"id": "78687"}])");
  check_refused<FormatError>(dir.path, "train.json: clip 1: expected \"id\" and \"template\"");
}

TEST_CASE("open data set: Kinetics' CSV, with classes by name and quotes") {
  const ScratchDir dir("open-kinetics");
  write_clip(dir.path / "frames/air drumming/-0xY_000004_000014");
  write_clip(dir.path / "frames/b_000000_000010");
  const std::string head = "label,youtube_id,time_start,time_end,split\n";
  write(dir.path / "train.csv", head + "air drumming,-0xY,4,14,train\n\"a, b\",b,0,10,train\n");
  write(dir.path / "val.csv", head + "\"a, b\",b,0,10,val\n");
  const auto dataset = open_dataset(dir.path);
  CHECK(dataset.classes == Names{"a, b", "air drumming"});
  CHECK(clips_of(dataset.train) == Names{"-0xY_000004_000014=1", "b_000000_000010=0"});
  check_frames(dataset.train, 0, 3);
  write(dir.path / "train.csv", head + ",b,0,10,train\n");
  check_refused<FormatError>(dir.path, "train.csv:2: expected a label, got an empty field");
  write(dir.path / "train.csv", head + "x,b,zero,10,train\n");
  check_refused<FormatError>(dir.path, "train.csv:2: time_start: expected whole seconds");
}

TEST_CASE("open data set: CSV without a head") {
  const ScratchDir dir("open-csv");
  for (const char* clip : {"a", "b c"}) write_clip(dir.path / "frames" / clip);
  write(dir.path / "classes.txt", "x\ny\n");
  write(dir.path / "train.csv", "a,3,1\n");
  write(dir.path / "val.csv", "b c,2,0\n");
  const auto dataset = open_dataset(dir.path);
  CHECK(clips_of(dataset.train) == Names{"a=1"});
  CHECK(dataset.val.frame_count(0) == 2);
  write(dir.path / "val.csv", "b c\n");
  check_refused<FormatError>(dir.path, "val.csv:1: expected path,count,label..., got \"b c\"");
}

TEST_CASE("open data set: several labels a clip, to the end of a line or in one field") {
  const ScratchDir dir("open-labels");
  for (const char* clip : {"a", "b"}) write_clip(dir.path / "frames" / clip);
  write(dir.path / "names.txt", "hop\nskip, then jump\nrun\n");
  const auto labels = [&](const char* file, const std::string& text, const char* columns) {
    write(dir.path / file, text);
    DatasetOptions options;
    options.train_list = options.val_list = dir.path / file;
    options.classes = dir.path / "names.txt";
    if (*columns != '\0') options.columns = parse_list_columns(columns);
    const auto dataset = open_dataset(dir.path, options);
    CHECK(dataset.train.label(0) == dataset.train.labels(0).front());
    const auto d = describe(dataset.train, dataset.val, dataset.classes);
    CHECK(d.most_labels == most_labels(dataset.train));
    std::vector<std::vector<std::int64_t>> all;
    for (Index i = 0; i < dataset.train.size(); ++i) all.push_back(dataset.train.labels(i));
    return all;
  };
  using Sets = std::vector<std::vector<std::int64_t>>;
  const Sets both{{2, 0}, {1}};
  CHECK(labels("l.txt", "a 3 2 0\nb 3 1\n", "") == both);
  CHECK(labels("l.txt", "a 3 2 0\nb 3 1\n", "path,count,label...") == both);
  CHECK(labels("l.txt", "a 3 2,0\nb 3 1\n", "path,count,labels") == both);
  CHECK(labels("l.csv", "a,3,2,0\nb,3,1\n", "path,count,label...") == both);
  CHECK(labels("l.csv", "a,3,2;0\nb,3,1\n", "path,count,labels") == both);
  CHECK(labels("l.csv", "a,3,\"2,0\"\nb,3,1\n", "path,count,labels") == both);
  CHECK(labels("l.csv", "a,3,2 0\nb,3,1\n", "path,count,labels") == both);
  CHECK(labels("l.csv", "a;3;2,0\nb;3;1\n", "path,count,labels") == both);
  CHECK(labels("l.csv", "path,labels\na,run; hop\nb,1\n", "") == both);
  CHECK(labels("l.csv", "a,3,2;2;0;2\nb,3,\"skip, then jump;1\"\n", "path,count,labels") == both);
  CHECK_THROWS_WITH_AS(labels("l.csv", "a,3,2;\nb,3,1\n", "path,count,labels"),
                       doctest::Contains("l.csv:1: expected labels as in 3;7, got \"2;\""),
                       FormatError);
  CHECK_THROWS_WITH_AS(labels("l.txt", "a 3 2,3\nb 3 1\n", "path,count,labels"),
                       doctest::Contains("l.txt:1: label 3 is outside of the 3 classes"),
                       FormatError);
}

TEST_CASE("open data set: what is no data set is told so") {
  const ScratchDir dir("open-none");
  check_refused<IoError>(dir.path / "nowhere", "nowhere: there is no such directory");
  check_refused<IoError>(dir.path, "expected lists (train.txt, val.txt, classes.txt), folders");
  write(dir.path / "file", "");
  check_refused<IoError>(dir.path / "file", "file: expected the directory of a data set");
}

TEST_CASE("open data set: columns of lists are named in words") {
  CHECK(to_string(parse_list_columns("path,start,count,label")) == "path,start,count,label");
  CHECK(parse_list_columns("-,path,label...").back() == Column::labels);
  CHECK(parse_list_columns("labels,path").front() == Column::set);
  for (const char* wrong :
       {"", "path", "path,label,size", "path,path,label", "path,label,", "path,label...,count",
        "path,start,offset,label", "path, label", "path,label,labels"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(parse_list_columns(wrong), doctest::Contains("--list-columns: expects"),
                         ValueError);
  }
}

TEST_CASE("open data set: pictures of several sizes are counted, and named where one is needed") {
  const ScratchDir dir("open-sizes");
  for (const char* name : {"train/x/a", "train/x/b", "train/y/d", "val/x/c"})
    write_clip(dir.path / name);
  fs::remove_all(dir.path / "train/x/b");
  write_frames(dir.path / "train/x/b", {"1.png"}, 10, 12);
  const auto dataset = open_dataset(dir.path);
  const auto d = describe(dataset.train, dataset.val, dataset.classes);
  CHECK(to_string(d) ==
        "3 + 1 clips of 2 classes, 1 to 3 frames, 8x8 (3 clips) and 10x12 (1 clip)\n"
        "1 class has no clips to validate on: \"y\"");
  CHECK_THROWS_WITH_AS(require_one_size(d, "--size S helps"),
                       doctest::Contains("train/x/b/1.png: is 10x12, but "), ShapeError);
}

}  // namespace open_dataset_test
