// SPDX-License-Identifier: MIT
#include "app/output.h"
#include "app/process.h"
#include "model/escape.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <iostream>
#include <streambuf>
#include <system_error>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

namespace lyncprobe::app {

namespace {

std::string error_text(int error) { return std::generic_category().message(error); }

// DescriptorBuffer writes to a descriptor and remembers the first error; what comes after it is
// dropped.
class DescriptorBuffer final : public std::streambuf {
  public:
    // -1: what comes is kept until open().
    explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor) {
        setp(buffer_.data(), buffer_.data() + buffer_.size());
    }
    void open(int descriptor) {
        descriptor_ = descriptor;
        write(kept_.data(), kept_.data() + kept_.size());
        kept_.clear();
    }
    int error() const { return error_; }

  protected:
    int_type overflow(int_type c) override {
        write_out();
        if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
        return traits_type::not_eof(c);
    }
    int sync() override {
        write_out();
        return error_ == 0 ? 0 : -1;
    }

  private:
    void write_out() {
        if (descriptor_ < 0)
            kept_.append(pbase(), pptr());
        else
            write(pbase(), pptr());
        setp(buffer_.data(), buffer_.data() + buffer_.size());
    }
    void write(const char* from, const char* end) {
        while (from < end && error_ == 0) {
            const auto written = ::write(descriptor_, from, static_cast<std::size_t>(end - from));
            if (written > 0)
                from += written;
            else if (errno != EINTR)
                error_ = errno;
        }
    }

    int descriptor_;
    int error_ = 0;
    std::string kept_;
    std::array<char, 16384> buffer_;
};

constexpr int kMostLinks = 40; // as the kernel: path_resolution(7)

// With the slash at its end; empty for a bare file name.
std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

// Symbolic links are followed so that the file they name is replaced, not the link; also where that
// file is yet to be made.
std::string resolved(std::string path) {
    for (int links = 0; links < kMostLinks; ++links) {
        if (char* real = realpath(path.c_str(), nullptr)) {
            std::string out = real;
            std::free(real);
            return out;
        }
        std::array<char, PATH_MAX> named;
        const auto length = readlink(path.c_str(), named.data(), named.size());
        if (length <= 0) break;
        const std::string next(named.data(), static_cast<std::size_t>(length));
        path = next.front() == '/' ? next : folder_of(path) + next;
    }
    return path;
}

// The temporary files there are, for a signal handler; with more outputs than slots, a second
// Ctrl-C leaves the rest behind.
std::array<std::atomic<const char*>, 64> temporaries{};
static_assert(std::atomic<const char*>::is_always_lock_free, "used in a signal handler");

void exchange_temporary(const char* old_path, const char* new_path) {
    for (auto& slot : temporaries) {
        const char* expected = old_path;
        if (slot.compare_exchange_strong(expected, new_path)) return;
    }
}

bool is_device(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

bool is_named_pipe(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
}

// -1 with ENXIO while nobody reads it.
int open_pipe(const std::string& path) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor >= 0) fcntl(descriptor, F_SETFL, O_WRONLY); // a slow reader is waited for
    return descriptor;
}

// Until somebody reads it or the run is interrupted.
int wait_for_reader(const std::string& path) {
    constexpr useconds_t kPause = 50'000;
    std::cerr << "lyncprobe: waiting for a reader of '" << for_terminal(path) << "'\n";
    const auto& interrupts = count_interrupts();
    const int before = interrupts;
    int descriptor = open_pipe(path);
    for (; descriptor < 0 && errno == ENXIO && interrupts == before; descriptor = open_pipe(path))
        usleep(kPause);
    return descriptor;
}

constexpr std::string_view kTemporaryName = ".lyncprobe-";
constexpr std::string_view kSixMore = "XXXXXX"; // mkstemp(3)

// Of runs that were killed: a run that goes on has locked its own.
void remove_left_behind(const std::string& folder) {
    DIR* entries = opendir(folder.empty() ? "." : folder.c_str());
    if (entries == nullptr) return;
    while (const dirent* entry = readdir(entries)) {
        const std::string_view name = entry->d_name;
        if (!name.starts_with(kTemporaryName) ||
            name.size() != kTemporaryName.size() + kSixMore.size())
            continue;
        const auto path = folder + entry->d_name;
        const int file = open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (file < 0) continue;
        struct stat info {};
        if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && flock(file, LOCK_EX | LOCK_NB) == 0)
            unlink(path.c_str());
        close(file);
    }
    closedir(entries);
}

// A new file in the folder, locked for as long as it is open; -1 with errno. `path` becomes its
// own.
int make_temporary(const std::string& folder, std::string& path) {
    while (true) {
        path = folder + std::string(kTemporaryName) + std::string(kSixMore);
        const int file = mkostemp(path.data(), O_CLOEXEC);
        if (file < 0) return file;
        flock(file, LOCK_EX);
        // Another run may have taken it for one that was left behind, before it was locked.
        struct stat info {};
        if (fstat(file, &info) != 0 || info.st_nlink > 0) return file;
        close(file);
    }
}

// Permissions of a file that replaces `path`: what it had, else what the umask leaves of 0666.
mode_t mode_for(const std::string& path) {
    struct stat info {};
    if (stat(path.c_str(), &info) == 0) return info.st_mode & 07777;
    // POSIX has no way to read it but to set another.
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

} // namespace

struct Output::Impl {
    Impl(int fd, std::string final_path, std::string temporary_path)
        : descriptor(fd),
          path(std::move(final_path)),
          temporary(std::move(temporary_path)),
          buffer(fd),
          stream(&buffer) {
        if (!temporary.empty()) exchange_temporary(nullptr, temporary.c_str());
    }
    ~Impl() {
        // Not committed: the run ended early, and what the path held before stays.
        if (!temporary.empty()) {
            unlink(temporary.c_str());
            forget_temporary();
        }
        if (descriptor > STDERR_FILENO) close(descriptor);
    }
    void forget_temporary() {
        exchange_temporary(temporary.c_str(), nullptr);
        temporary.clear();
    }

    int descriptor;        // -1: a named pipe that nobody reads yet
    std::string path;      // empty = stdout
    std::string temporary; // empty = stdout, a device, or already renamed
    DescriptorBuffer buffer;
    std::ostream stream;
};

Output::Output(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Output::Output(Output&&) noexcept = default;
Output& Output::operator=(Output&&) noexcept = default;
Output::~Output() = default;

Output Output::standard() { return Output(std::make_unique<Impl>(STDOUT_FILENO, "", "")); }

Result<Output> Output::file(const std::string& path) {
    const auto cannot = [&](int error) {
        return Problem{.what = "cannot write '" + path + "': " + error_text(error)};
    };
    if (is_named_pipe(path)) {
        // Without a reader yet, opening it would keep the run from beginning.
        const int descriptor = open_pipe(path);
        if (descriptor < 0 && errno != ENXIO) return cannot(errno);
        return Output(std::make_unique<Impl>(descriptor, path, ""));
    }
    if (is_device(path)) { // /dev/stdout: nothing to replace
        const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor < 0) return cannot(errno);
        return Output(std::make_unique<Impl>(descriptor, path, ""));
    }
    struct stat info {};
    if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return cannot(EISDIR);
    const std::string target = resolved(path);
    if (access(target.c_str(), F_OK) == 0 && access(target.c_str(), W_OK) != 0)
        return cannot(errno);
    // Beside its target: across file systems a rename would be a copy that others see half done.
    remove_left_behind(folder_of(target));
    std::string temporary;
    const int descriptor = make_temporary(folder_of(target), temporary);
    if (descriptor < 0) return cannot(errno);
    fchmod(descriptor, mode_for(target));
    return Output(std::make_unique<Impl>(descriptor, target, temporary));
}

void remove_temporary_files() {
    for (const auto& slot : temporaries)
        if (const char* path = slot.load()) unlink(path);
}

std::ostream& Output::stream() { return impl_->stream; }

std::string Output::commit() {
    impl_->stream.flush();
    if (impl_->descriptor < 0) {
        impl_->descriptor = wait_for_reader(impl_->path);
        if (impl_->descriptor < 0)
            return "cannot write '" + for_terminal(impl_->path) +
                   "': " + (errno == ENXIO ? "nobody reads it" : error_text(errno));
        impl_->buffer.open(impl_->descriptor);
    }
    const int error = impl_->buffer.error();
    if (impl_->path.empty())
        // Whoever closed the pipe, such as head, has seen enough.
        return error == 0 || error == EPIPE ? "" : "cannot write to stdout: " + error_text(error);
    const auto cannot = [&](int reason) {
        return "cannot write '" + for_terminal(impl_->path) + "': " + error_text(reason);
    };
    if (error != 0) return cannot(error);
    if (impl_->temporary.empty()) return {};
    // Else a crash of the machine could leave an empty file under the name of the old one.
    if (fsync(impl_->descriptor) != 0) return cannot(errno);
    if (rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0) return cannot(errno);
    impl_->forget_temporary();
    return {};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const bool standard = path == "-";
    const auto cannot = [&](const std::string& why) {
        return Problem{.what = "cannot read it: " + why, .where = {path}};
    };
    const int descriptor = standard ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return cannot(error_text(errno));
    std::string bytes;
    std::array<char, 65536> chunk;
    int error = 0;
    // A little more than allowed is enough to know; a device may never end.
    while (bytes.size() <= limit) {
        const auto got = read(descriptor, chunk.data(), chunk.size());
        if (got == 0) break;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            error = errno;
            break;
        }
        bytes.append(chunk.data(), static_cast<std::size_t>(got));
    }
    if (!standard) close(descriptor);
    if (error != 0) return cannot(error_text(error));
    if (bytes.size() > limit)
        return cannot("it is longer than " + std::to_string(limit) + " bytes");
    return good(std::move(bytes));
}

} // namespace lyncprobe::app
