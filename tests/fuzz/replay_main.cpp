// SPDX-License-Identifier: MIT
// Feeds every file of the folders named on the command line to a fuzz target, and each file's cuts:
// what a fuzzer found once stays a test.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& bytes, std::size_t size) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), size);
}

} // namespace

int main(int argc, char** argv) {
    std::size_t files = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string bytes((std::istreambuf_iterator<char>(in)), {});
            feed(bytes, bytes.size());
            constexpr std::size_t kCuts = 16;
            for (std::size_t cut = 1; cut < kCuts; ++cut)
                feed(bytes, bytes.size() * cut / kCuts);
            ++files;
        }
    }
    std::printf("%zu files replayed\n", files);
    return files > 0 ? 0 : 1; // an empty corpus tests nothing
}
