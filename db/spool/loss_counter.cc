#include "db/spool/loss_counter.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "db/store/file.h"

namespace db {
namespace {

constexpr uint64_t kMagic = 0x31534c4f4f505350;  // another content is begun anew

}  // namespace

LossCounter::LossCounter(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid() || ::posix_fallocate(file.get(), 0, sizeof(Numbers)) != 0) return;
  void* memory =
      ::mmap(nullptr, sizeof(Numbers), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return;
  numbers_ = static_cast<Numbers*>(memory);
  if (numbers_->magic != kMagic) *numbers_ = {kMagic, 0, 0};
}

LossCounter::~LossCounter() {
  if (numbers_ != &own_) ::munmap(numbers_, sizeof(Numbers));
}

}  // namespace db
