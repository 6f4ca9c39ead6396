//! Where calls go: the site's own host, or an override from the operator's environment, never from an event.

use std::net::IpAddr;

use crate::policy::Site;

/// An API endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    host: String,
}

/// An override that is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("endpoint {url:?}: {why}; write https://HOST[:PORT], or http://127.0.0.1:PORT for a simulator on this machine")]
pub struct BadEndpoint {
    url: String,
    why: &'static str,
}

impl Endpoint {
    /// The endpoint of a site
    /// (<https://www.tencentcloud.com/document/product/1031/66423>, <https://cloud.tencent.com/document/api/850/112049>).
    pub fn of(site: Site) -> Self {
        let host = match site {
            Site::Intl => "organization.intl.tencentcloudapi.com",
            Site::Cn => "organization.tencentcloudapi.com",
        };
        Self { url: format!("https://{host}/"), host: host.to_owned() }
    }

    /// Takes an override: a scheme, a host and perhaps a port, nothing else. Plain http goes to this machine only,
    /// since the session token would travel in the clear.
    pub fn parse(url: &str) -> Result<Self, BadEndpoint> {
        let refuse = |why| BadEndpoint { url: url.chars().take(200).collect(), why };
        let parsed = reqwest::Url::parse(url).map_err(|_| refuse("this is not a URL"))?;
        let host = parsed.host_str().ok_or_else(|| refuse("it names no host"))?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            // Not shown: an error must not repeat a password.
            let url = format!("{}://…@{host}", parsed.scheme());
            return Err(BadEndpoint { url, why: "it must not hold a user or a password" });
        }
        if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(refuse("it must not have a path or a query"));
        }
        let here =
            host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        match parsed.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(refuse("plain http is only for this machine's own addresses")),
            _ => return Err(refuse("it is neither https nor http")),
        }
        let host = parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { url: parsed.to_string(), host })
    }

    /// The URL that requests are posted to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `Host` header, port included where it is not the scheme's own; it is signed.
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_are_taken() {
        for (url, host) in [
            ("https://organization.tencentcloudapi.com", "organization.tencentcloudapi.com"),
            ("https://proxy.example:8443/", "proxy.example:8443"),
            ("http://127.0.0.1:9100", "127.0.0.1:9100"),
            ("http://[::1]:9100", "[::1]:9100"),
            ("http://localhost:9100", "localhost:9100"),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().host(), host, "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_the_reason() {
        for (url, why) in [
            ("http://organization.tencentcloudapi.com", "plain http"),
            ("http://127.0.0.1.example.com", "plain http"),
            ("http://10.0.0.1:9100", "plain http"),
            ("ftp://127.0.0.1", "neither https nor http"),
            ("https://user:pass@host", "a user or a password"),
            ("https://host/path", "a path or a query"),
            ("https://host/?x=1", "a path or a query"),
            ("organization.tencentcloudapi.com", "not a URL"),
            ("", "not a URL"),
        ] {
            let refused = Endpoint::parse(url).unwrap_err().to_string();
            assert!(refused.contains(why), "{url}: {refused}");
        }
    }

    #[test]
    fn a_password_in_an_endpoint_is_refused_and_not_repeated() {
        let refused = Endpoint::parse("https://user:hunter2@host:8443").unwrap_err();
        assert!(refused.to_string().starts_with("endpoint \"https://…@host\": it must not hold"), "{refused}");
        assert!(!format!("{refused:?}").contains("hunter2"));
    }
}
