#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace db {

// What protects the chunks of a sealed file: AES-256-GCM under a key made from the passphrase
// (scrypt), or, without one, a chain of SHA-256 against accidents only.
class ChunkSeal {
 public:
  static constexpr size_t kSaltBytes = 16;
  static constexpr size_t kTagBytes = 16;
  using Tag = std::array<unsigned char, kTagBytes>;

  static Result<ChunkSeal> make(std::string_view passphrase, std::string_view salt);
  ~ChunkSeal();
  ChunkSeal(const ChunkSeal&) = default;
  ChunkSeal& operator=(const ChunkSeal&) = default;

  // In place; the chunks must come in order. `last` is sealed with the chunk, so that a file that
  // was cut short is no file.
  bool seal(bool last, std::string* chunk, Tag* tag);
  bool open(bool last, const Tag& tag, std::string* chunk);

 private:
  ChunkSeal() = default;
  bool encrypt(bool last, std::string* chunk, Tag* tag) const;
  bool decrypt(bool last, const Tag& tag, std::string* chunk) const;
  Tag digest(bool last, std::string_view chunk) const;

  bool encrypted_ = false;
  std::array<unsigned char, 32> key_{};
  uint64_t number_ = 0;
  Tag previous_{};
};

// One file written from front to back; it appears under its name when it is whole. One thread.
class SealedWriter {
 public:
  // Mode 0600. "" writes it in clear.
  static Result<SealedWriter> create(const std::string& path, std::string_view passphrase);
  ~SealedWriter();
  SealedWriter(SealedWriter&&) = default;
  SealedWriter& operator=(SealedWriter&&) = delete;

  Result<void> write(std::string_view bytes);
  Result<void> finish();

 private:
  SealedWriter(std::string path, FileDescriptor file, ChunkSeal seal);
  Result<void> writeChunk(bool last);
  Result<void> writeRaw(std::string_view bytes);
  std::string partial() const { return path_ + ".part"; }

  std::string path_;
  FileDescriptor file_;
  ChunkSeal seal_;
  std::string chunk_;
};

// Reads it; every byte given out was checked. One thread.
class SealedReader {
 public:
  // Invalid when it is no such file; Denied when it needs a passphrase and none is given.
  static Result<SealedReader> open(const std::string& path, std::string_view passphrase);

  // Exactly `size` bytes. Corrupt when the file was altered or cut, or the passphrase is another.
  Result<std::string> read(size_t size);
  // Whether all was read and the end is the true one.
  Result<bool> atEnd();

 private:
  SealedReader(std::string path, FileDescriptor file, ChunkSeal seal);
  Result<void> readChunk();
  Result<size_t> readRaw(char* out, size_t size);
  waf::Unexpected altered() const;

  std::string path_;
  FileDescriptor file_;
  ChunkSeal seal_;
  std::string chunk_;
  size_t used_ = 0;
  bool last_ = false;
};

}  // namespace db
