"""The programs that are compared, each with the settings that make it fast for the task."""
import os
import shutil


class Curl:
    name = "curl"

    def one(self, url, target, _manifest):
        return ["curl", "-sS", "--fail", "-o", target, url]

    def many(self, urls, folder, scratch):
        # One process, one connection kept alive, one file after the other.
        config = f"{scratch}/curl.list"
        with open(config, "w", encoding="ascii") as file:
            for url in urls:
                file.write(f'url = "{url}"\noutput = "{folder}/{os.path.basename(url)}"\n')
        return ["curl", "-sS", "--fail", "-K", config]

    def clean(self):
        pass


class Aria2:
    name = "aria2"

    def __init__(self):
        self.program = ["aria2c", "--no-conf", "-q", "--allow-overwrite=true", "--file-allocation=falloc"]

    def one(self, url, target, _manifest):
        return [*self.program, "-x", "8", "-s", "8", "-d", os.path.dirname(target), "-o", os.path.basename(target), url]

    def many(self, urls, folder, scratch):
        config = f"{scratch}/aria2.list"
        with open(config, "w", encoding="ascii") as file:
            file.write("".join(f"{url}\n" for url in urls))
        return [*self.program, "-j", "16", "-d", folder, "-i", config]

    def clean(self):
        pass


class Freshet:
    """Over HTTP alone, as the others. Verified piece by piece against a manifest, durable when it ends."""
    name = "freshet"

    def __init__(self, program, data):
        self.program, self.data = program, data

    def one(self, url, target, manifest):
        verify = ["--manifest", manifest] if manifest else []
        return [self.program, "get", "--peers", "off", "--data", self.data, "--quiet", *verify, "-o", target, url]

    def many(self, urls, folder, scratch):
        config = f"{scratch}/freshet.list"
        with open(config, "w", encoding="ascii") as file:
            file.write("".join(f"{url}\n" for url in urls))
        return [self.program, "get", "--peers", "off", "--data", self.data, "--quiet", "-d", folder, "-i", config]

    def clean(self):
        shutil.rmtree(self.data, ignore_errors=True)
