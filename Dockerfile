# Parley in a container: one program, one folder of data at /data.
#
#   docker build -t parley .
#   docker run --read-only --cap-drop=all -p 8080:8080 -v parley:/data parley
#
# Settings are the PARLEY_… variables of `parley help`; compose.yaml shows them. `docker logs` shows the first token.

FROM swift:6.3-bookworm AS build
# Before the sources: an edit of those does not install anything again.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libsqlite3-dev libssl-dev make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN make build && install -D .build/release/parley /out/parley

FROM debian:bookworm-slim
# libcurl4 is loaded when the first delivery leaves, so `ldd` does not name it. There is no shell tool that talks to
# the network: the program checks its own health.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin parley \
    && install -d -o parley -g parley -m 0700 /data /backups
COPY --from=build /out/parley /usr/local/bin/parley

LABEL org.opencontainers.image.title="Parley" \
      org.opencontainers.image.description="Surveys, quizzes, messages and bridges in one program with one file of data" \
      org.opencontainers.image.documentation="/docs of the running program" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"

ENV PARLEY_LISTEN=0.0.0.0:8080 \
    PARLEY_DATA=/data
# By number, so that an orchestrator can see that it is not root. Any other user will do who may write to /data.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# A write that reaches the disk, asked for through the socket; it gives up by itself after 5 s.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["parley", "check", "--live"]
# SIGTERM lets running requests and deliveries finish, 20 s at most: give it more than Docker's 10 s (`stop -t 30`).
STOPSIGNAL SIGTERM
ENTRYPOINT ["parley"]
CMD ["serve"]
