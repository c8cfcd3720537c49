#include "gateway/tls/socket_bio.h"

#include "gateway/net/socket.h"

namespace gateway {

namespace {

Socket* socketOf(BIO* bio) { return static_cast<Socket*>(BIO_get_data(bio)); }

int finish(BIO* bio, const IoResult& result, bool reading, size_t* bytes) {
  BIO_clear_retry_flags(bio);
  if (result.ok()) {
    *bytes = result.bytes;
    return 1;
  }
  if (result.status == IoStatus::WantRead || result.status == IoStatus::WantWrite) {
    if (reading) {
      BIO_set_retry_read(bio);
    } else {
      BIO_set_retry_write(bio);
    }
  }
  // OpenSSL asks for errno on a failure, and for BIO_CTRL_EOF at the end.
  if (result.status == IoStatus::Eof) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  errno = result.error;
  return 0;
}

int onRead(BIO* bio, char* into, size_t length, size_t* bytes) {
  return finish(bio, socketOf(bio)->tryRead({into, length}), true, bytes);
}

int onWrite(BIO* bio, const char* from, size_t length, size_t* bytes) {
  return finish(bio, socketOf(bio)->tryWrite({from, length}), false, bytes);
}

long onControl(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

int onCreate(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* method() {
  static BIO_METHOD* const made = [] {
    BIO_METHOD* fresh =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "portcullis socket");
    BIO_meth_set_read_ex(fresh, onRead);
    BIO_meth_set_write_ex(fresh, onWrite);
    BIO_meth_set_ctrl(fresh, onControl);
    BIO_meth_set_create(fresh, onCreate);
    return fresh;
  }();
  return made;
}

}  // namespace

BIO* makeSocketBio(Socket* socket) {
  BIO* bio = BIO_new(method());
  if (bio != nullptr) BIO_set_data(bio, socket);
  return bio;
}

}  // namespace gateway
