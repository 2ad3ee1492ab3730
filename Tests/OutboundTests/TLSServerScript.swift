/// A mail server on loopback that offers STARTTLS and AUTH, for one connection.
///
/// Writes its self-signed certificate to the folder it is given, prints its port, then each command that it hears,
/// marked with whether it came through TLS.
let tlsServerScript = #"""
    import socket
    import ssl
    import subprocess
    import sys

    folder = sys.argv[1]
    certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=fake", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    print(listener.getsockname()[1], flush=True)
    connection, _ = listener.accept()
    connection.settimeout(30)
    secure = False
    try:
        connection.sendall(b"220 fake\r\n")
        lines = connection.makefile("rb")
        while line := lines.readline().strip().decode():
            print("tls" if secure else "plain", line, flush=True)
            verb = line[:4].upper()
            if verb == "EHLO":
                offer = b"" if secure else b"250-STARTTLS\r\n"
                connection.sendall(b"250-fake\r\n250-AUTH PLAIN\r\n" + offer + b"250 HELP\r\n")
            elif verb == "STAR":
                connection.sendall(b"220 go\r\n")
                connection = context.wrap_socket(connection, server_side=True)
                lines, secure = connection.makefile("rb"), True
            elif verb == "AUTH":
                connection.sendall(b"334 \r\n")
                lines.readline()
                connection.sendall(b"235 welcome\r\n")
            elif verb == "DATA":
                connection.sendall(b"354 go\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                connection.sendall(b"250 queued\r\n")
            else:
                connection.sendall(b"250 ok\r\n")
    except (OSError, ssl.SSLError) as error:
        print("ended", type(error).__name__, flush=True)
    """#
